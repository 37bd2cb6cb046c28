{{/* Only the process that starts pods gets a login at Kubernetes' API. */}}
{{- define "longshore.account" -}}
{{- if eq (include "longshore.runner" .) "kubernetes" -}}
serviceAccountName: {{ include "longshore.fullname" . }}
automountServiceAccountToken: true
{{- else -}}
automountServiceAccountToken: false
{{- end -}}
{{- end -}}
