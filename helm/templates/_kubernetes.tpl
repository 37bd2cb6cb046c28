{{/* JSON: settings of the runner kubernetes (doc/kubernetes.md) */}}
{{- define "longshore.kubernetesSettings" -}}
{{- $v := .Values -}}
{{- $set := dict "INSTANCE_NAME" (include "longshore.fullname" .) "KUBERNETES_WORKERS" $v.workers.max -}}
{{- $_ := set $set "TRANSFORMER_NAMESPACE" (include "longshore.workersNamespace" .) -}}
{{- $_ := set $set "WORKER_IMAGE" (include "longshore.workerImage" .) -}}
{{- $_ := set $set "WORKER_PULL_POLICY" $v.image.pullPolicy -}}
{{- range $kind := list "requests" "limits" -}}
{{- range $what := list "cpu" "memory" -}}
{{- $amount := dig $kind $what "" $v.workers.resources -}}
{{- if $amount -}}
{{- $_ := set $set (printf "WORKER_%s_%s" (upper $what) (upper (trimSuffix "s" $kind))) $amount -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $v.workers.nodeSelector }}{{ $_ := set $set "WORKER_NODE_SELECTOR" (toJson $v.workers.nodeSelector) }}{{ end -}}
{{- if $v.workers.tolerations }}{{ $_ := set $set "WORKER_TOLERATIONS" (toJson $v.workers.tolerations) }}{{ end -}}
{{- if $v.workers.priorityClassName }}{{ $_ := set $set "WORKER_PRIORITY_CLASS" $v.workers.priorityClassName }}{{ end -}}
{{- if $v.imagePullSecrets -}}
{{- $names := list -}}
{{- range $v.imagePullSecrets }}{{ $names = append $names .name }}{{ end -}}
{{- $_ := set $set "IMAGE_PULL_SECRETS" (join "," $names) -}}
{{- end -}}
{{- with $v.transformer -}}
{{- if and .sidecarImage .sidecarTag }}{{ $_ := set $set "TRANSFORMER_SIDECAR_IMAGE" (printf "%s:%v" .sidecarImage .sidecarTag) }}{{ end -}}
{{- $_ := set $set "TRANSFORMER_SIDECAR_PULL_POLICY" .sidecarPullPolicy -}}
{{- $_ := set $set "TRANSFORMER_SCIENCE_IMAGE_PULL_POLICY" .scienceContainerPullPolicy -}}
{{- $_ := set $set "TRANSFORMER_SIDECAR_VOLUME_PATH" .outputDir -}}
{{- $_ := set $set "TRANSFORMER_CPU_LIMIT" .cpuLimit -}}
{{- if .cachePrefix }}{{ $_ := set $set "TRANSFORMER_CACHE_PREFIX" .cachePrefix }}{{ end -}}
{{- if .priorityClassName }}{{ $_ := set $set "TRANSFORMER_PRIORITY_CLASS" .priorityClassName }}{{ end -}}
{{- if .persistence.existingClaim -}}
{{- $_ := set $set "TRANSFORMER_PERSISTENCE_PROVIDED_CLAIM" .persistence.existingClaim -}}
{{- if .persistence.subdir }}{{ $_ := set $set "TRANSFORMER_PERSISTENCE_SUBDIR" .persistence.subdir }}{{ end -}}
{{- end -}}
{{- end -}}
{{- if include "longshore.startsX509" . }}{{ $_ := set $set "TRANSFORMER_X509_SECRET" "x509-proxy" }}{{ end -}}
{{- if $v.hostMount }}{{ $_ := set $set "TRANSFORMER_LOCAL_PATH" $v.hostMount }}{{ end -}}
{{- if $v.logging.logstash.enabled -}}
{{- $_ := set $set "LOGSTASH_HOST" $v.logging.logstash.host -}}
{{- $_ := set $set "LOGSTASH_PORT" $v.logging.logstash.port -}}
{{- end -}}
{{- $set | toJson -}}
{{- end -}}
