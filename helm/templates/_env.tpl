{{/* Secrets of the settings, by reference alone. */}}

{{/* Those that are in the values, as ServiceX has them: they get a Secret of the chart. */}}
{{- define "longshore.givenSecrets" -}}
{{- $given := dict -}}
{{- $named := dict "OIDC_CLIENT_ID" .Values.app.globusClientID "OIDC_CLIENT_SECRET" .Values.app.globusClientSecret "SLACK_SIGNING_SECRET" .Values.app.slackSigningSecret "SIGNUP_WEBHOOK_URL" .Values.app.newSignupWebhook "MAILGUN_API_KEY" .Values.app.mailgunApiKey -}}
{{- range $name, $value := $named -}}
{{- if $value }}{{ $_ := set $given $name $value }}{{ end -}}
{{- end -}}
{{- $given | toJson -}}
{{- end -}}

{{- define "longshore.secretEnv" -}}
{{- $full := include "longshore.fullname" . -}}
{{- $env := list -}}
{{- $keys := dict -}}
{{- if not (include "longshore.embedded" .) -}}
{{- $_ := set $keys "DATABASE_URL" (list .Values.database.existingSecret .Values.database.key) -}}
{{- $_ := set $keys "STORE_URL" (list .Values.store.existingSecret .Values.store.key) -}}
{{- end -}}
{{- with .Values.broker -}}
{{- if .existingSecret -}}
{{- $_ := set $keys "QUEUE_URL" (list .existingSecret .key) -}}
{{- if .transformersKey }}{{ $_ := set $keys "TRANSFORMER_RABBIT_MQ_URL" (list .existingSecret .transformersKey) }}{{ end -}}
{{- if .workersKey }}{{ $_ := set $keys "WORKER_QUEUE_URL" (list .existingSecret .workersKey) }}{{ end -}}
{{- if .managementKey }}{{ $_ := set $keys "RABBIT_MANAGEMENT_URL" (list .existingSecret .managementKey) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- range $name, $_ignored := include "longshore.givenSecrets" . | fromJson -}}
{{- $_ := set $keys $name (list (printf "%s-given" $full) $name) -}}
{{- end -}}
{{- if .Values.secrets -}}
{{- $theirs := dict "OIDC_CLIENT_ID" "globusClientID" "OIDC_CLIENT_SECRET" "globusClientSecret" "JWT_SECRET_KEY" "jwtSecretKey" "SLACK_SIGNING_SECRET" "slackSigningSecret" "SIGNUP_WEBHOOK_URL" "slackSignupWebhook" "MAILGUN_API_KEY" "mailgunAPIKey" -}}
{{- range $name, $key := $theirs -}}
{{- $_ := set $keys $name (list $.Values.secrets $key true) -}}
{{- end -}}
{{- end -}}
{{- if .Values.secretKey.existingSecret -}}
{{- $_ := set $keys "SECRET_KEY" (list .Values.secretKey.existingSecret .Values.secretKey.key) -}}
{{- else if .Values.secrets -}}
{{- $_ := set $keys "SECRET_KEY" (list .Values.secrets "flaskSecretKey") -}}
{{- else if not (include "longshore.embedded" .) -}}
{{- $_ := set $keys "SECRET_KEY" (list (printf "%s-generated" $full) "SECRET_KEY") -}}
{{- end -}}
{{- range $name, $from := .Values.secretSettings -}}
{{- $_ := set $keys $name (list $from.secret $from.key) -}}
{{- end -}}
{{- range $name := keys $keys | sortAlpha -}}
{{- $from := get $keys $name -}}
{{- $ref := dict "name" (index $from 0) "key" (index $from 1) -}}
{{- if gt (len $from) 2 }}{{ $_ := set $ref "optional" true }}{{ end -}}
{{- $env = append $env (dict "name" $name "valueFrom" (dict "secretKeyRef" $ref)) -}}
{{- end -}}
{{- toYaml $env -}}
{{- end -}}
