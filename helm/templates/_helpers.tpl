{{/* Names, labels, and what is derived from several values. */}}

{{- define "longshore.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "longshore.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "longshore.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ include "longshore.selector" . }}
{{- end -}}

{{- define "longshore.image" -}}
{{- $tag := default .Chart.AppVersion .Values.image.tag -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository $tag -}}
{{- end -}}
{{- end -}}

{{- define "longshore.workerImage" -}}
{{- $own := .Values.workers.image -}}
{{- if or $own.repository $own.tag -}}
{{- $repository := default .Values.image.repository $own.repository -}}
{{- printf "%s:%s" $repository (default (default .Chart.AppVersion .Values.image.tag) $own.tag) -}}
{{- else -}}
{{- include "longshore.image" . -}}
{{- end -}}
{{- end -}}

{{/* "true" or nothing, as all below that ask something */}}
{{- define "longshore.embedded" -}}
{{- if kindIs "bool" .Values.embedded -}}
{{- if .Values.embedded }}true{{ end -}}
{{- else if not .Values.database.existingSecret -}}
true
{{- end -}}
{{- end -}}

{{- define "longshore.runner" -}}
{{- if .Values.workers.runner -}}
{{- .Values.workers.runner -}}
{{- else if and (include "longshore.embedded" .) (not .Values.broker.existingSecret) -}}
local
{{- else -}}
kubernetes
{{- end -}}
{{- end -}}

{{- define "longshore.workersNamespace" -}}
{{- default .Release.Namespace .Values.workers.namespace -}}
{{- end -}}

{{- define "longshore.hasSignIn" -}}
{{- if and .Values.app.auth (or .Values.app.globusClientID .Values.secrets) }}true{{ end -}}
{{- end -}}

{{- define "longshore.ingressHost" -}}
{{- $of := .Values.app.ingress -}}
{{- if $of.hostname -}}
{{- $of.hostname -}}
{{- else -}}
{{- printf "%s.%s" .Release.Name (required "app.ingress.hostname, or ServiceX's app.ingress.host, is needed with app.ingress.enabled" $of.host) -}}
{{- end -}}
{{- end -}}

{{- define "longshore.publicURL" -}}
{{- if .Values.app.publicURL -}}
{{- .Values.app.publicURL -}}
{{- else if .Values.app.ingress.enabled -}}
{{- printf "%s://%s" (ternary "https" "http" .Values.app.ingress.tls.enabled) (include "longshore.ingressHost" .) -}}
{{- else -}}
http://localhost:5000
{{- end -}}
{{- end -}}

{{- define "longshore.s3URL" -}}
{{- $of := .Values.objectStore -}}
{{- if $of.publicURL -}}
{{- printf "%s://%s" (ternary "https" "http" $of.publicClientUseTLS) $of.publicURL -}}
{{- else if .Values.s3.ingress.enabled -}}
{{- printf "%s://%s" (ternary "https" "http" .Values.s3.ingress.tls.enabled) (required "s3.ingress.hostname is needed with s3.ingress.enabled" .Values.s3.ingress.hostname) -}}
{{- else -}}
http://localhost:9000
{{- end -}}
{{- end -}}

{{- define "longshore.hasGrid" -}}
{{- if kindIs "bool" .Values.noCerts -}}
{{- if not .Values.noCerts }}true{{ end -}}
{{- else if or .Values.gridAccount .Values.x509Secrets -}}
true
{{- end -}}
{{- end -}}

{{- define "longshore.startsX509" -}}
{{- if and (include "longshore.hasGrid" .) .Values.x509Secrets.image .Values.x509Secrets.tag }}true{{ end -}}
{{- end -}}

{{/* JSON: the code generators that can be started, by name */}}
{{- define "longshore.generators" -}}
{{- $ready := dict -}}
{{- if and .Values.broker.existingSecret .Values.transformer.sidecarImage .Values.transformer.sidecarTag -}}
{{- range $name, $of := .Values.codeGen -}}
{{- if and (ne (toString $of.enabled) "false") $of.image $of.tag $of.defaultScienceContainerImage $of.defaultScienceContainerTag -}}
{{- $_ := set $ready $name $of -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $ready | toJson -}}
{{- end -}}

{{/* JSON: the finders that can be started, by their scheme */}}
{{- define "longshore.finders" -}}
{{- $ready := dict -}}
{{- if .Values.broker.existingSecret -}}
{{- range $name, $of := .Values.didFinder -}}
{{- if and (ne (toString $of.enabled) "false") $of.image $of.tag -}}
{{- $_ := set $ready (default (lower $name) $of.scheme) $of -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $ready | toJson -}}
{{- end -}}
