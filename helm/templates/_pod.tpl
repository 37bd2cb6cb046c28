{{/* What all pods have: admitted under the Pod Security level restricted. */}}

{{- define "longshore.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
# Recursive changes would open the folder of the embedded Postgres, which then refuses to start.
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "longshore.containerSecurity" -}}
runAsNonRoot: true
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* Processes of the service: list of [root, words of boot.sh, resources] */}}
{{- define "longshore.container" -}}
{{- $root := index . 0 -}}
image: {{ index . 2 }}
imagePullPolicy: {{ $root.Values.image.pullPolicy }}
args: {{ index . 1 | toJson }}
envFrom:
  - configMapRef: {name: {{ include "longshore.fullname" $root }}-settings}
env:
  {{- include "longshore.secretEnv" $root | nindent 2 }}
  {{- if $root.Values.authorities.configMap }}
  - {name: NODE_EXTRA_CA_CERTS, value: /authorities/ca.crt}
  {{- end }}
securityContext:
  {{- include "longshore.containerSecurity" $root | nindent 2 }}
volumeMounts:
  - {name: data, mountPath: /data}
  - {name: tmp, mountPath: /tmp}
  {{- if $root.Values.authorities.configMap }}
  - {name: authorities, mountPath: /authorities, readOnly: true}
  {{- end }}
  {{- with $root.Values.volumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* Answers at OPS_PORT, which every role has. Liveness never depends on the database. */}}
{{- define "longshore.probes" -}}
livenessProbe:
  httpGet: {path: /healthz, port: ops}
  initialDelaySeconds: 10
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: ops}
  periodSeconds: 5
  timeoutSeconds: 5
{{- end -}}

{{- define "longshore.volumes" -}}
- {name: tmp, emptyDir: {}}
{{- with .Values.authorities }}
{{- if .configMap }}
- {name: authorities, configMap: {name: {{ .configMap }}, items: [{key: {{ .key | quote }}, path: ca.crt}]}}
{{- end }}
{{- end }}
{{- with .Values.volumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* list of [root, values of the role] */}}
{{- define "longshore.placement" -}}
{{- $root := index . 0 -}}
{{- $of := index . 1 -}}
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets: {{ toJson . }}
{{- end }}
{{- with $of.nodeSelector }}
nodeSelector: {{ toJson . }}
{{- end }}
{{- with $of.tolerations }}
tolerations: {{ toJson . }}
{{- end }}
{{- with $of.affinity }}
affinity: {{ toJson . }}
{{- end }}
{{- end -}}

{{/* list of [root, component]: replicas on different nodes, where there are several */}}
{{- define "longshore.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "longshore.selector" (index . 0) | nindent 8 }}
        app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* A settings change starts new pods. */}}
{{- define "longshore.checksums" -}}
checksum/settings: {{ include (print $.Template.BasePath "/settings.yaml") . | sha256sum }}
checksum/secrets: {{ include "longshore.givenSecrets" . | sha256sum }}
{{- end -}}

{{/* Accounts that are made before the service starts, as ServiceX does at its boot */}}
{{- define "longshore.usersContainer" -}}
- name: users
  {{- $words := list "longshore" "user" "create" "--from" "/default_users/users.json" }}
  {{- include "longshore.container" (list . $words (include "longshore.image" .)) | nindent 2 }}
    - {name: default-users, mountPath: /default_users, readOnly: true}
{{- end -}}

{{- define "longshore.hasUsers" -}}
{{- if and .Values.app.defaultUsers .Values.app.auth }}true{{ end -}}
{{- end -}}
