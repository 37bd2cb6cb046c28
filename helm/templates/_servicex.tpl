{{/* Lines, one for each key of ServiceX that is given and has no effect. */}}
{{- define "longshore.noEffect" -}}
{{- $given := list -}}
{{- range $path, $why := .Files.Get "files/no-effect.yaml" | fromYaml -}}
{{- $parts := splitList "." $path -}}
{{- range $found := include "longshore.pathsBelow" (list $.Values (list) $parts) | splitList "\n" -}}
{{- if $found }}{{ $given = append $given (printf "  %s: %s" $found $why) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- join "\n" $given -}}
{{- end -}}

{{/* list of [values, path so far, rest of the path]: the paths that are there, one a line */}}
{{- define "longshore.pathsBelow" -}}
{{- $values := index . 0 -}}
{{- $before := index . 1 -}}
{{- $rest := index . 2 -}}
{{- if not $rest -}}
{{- if not (kindIs "invalid" $values) }}{{ join "." $before }}{{ "\n" }}{{ end -}}
{{- else if kindIs "map" $values -}}
{{- $name := first $rest -}}
{{- $names := eq $name "*" | ternary (keys $values | sortAlpha) (list $name) -}}
{{- range $names -}}
{{- if hasKey $values . -}}
{{- include "longshore.pathsBelow" (list (get $values .) (append $before .) (slice $rest 1)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Lines, one for each part of ServiceX that is asked for and cannot be started, with what it lacks. */}}
{{- define "longshore.notStarted" -}}
{{- $lines := list -}}
{{- $generators := include "longshore.generators" . | fromJson -}}
{{- range $name, $of := .Values.codeGen -}}
{{- if and (ne (toString $of.enabled) "false") (not (hasKey $generators $name)) -}}
{{- $lacks := list -}}
{{- range $key := list "image" "tag" "defaultScienceContainerImage" "defaultScienceContainerTag" -}}
{{- if not (get $of $key) }}{{ $lacks = append $lacks (printf "codeGen.%s.%s" $name $key) }}{{ end -}}
{{- end -}}
{{- if not $.Values.broker.existingSecret }}{{ $lacks = append $lacks "broker.existingSecret" }}{{ end -}}
{{- if not $.Values.transformer.sidecarImage }}{{ $lacks = append $lacks "transformer.sidecarImage" }}{{ end -}}
{{- if not $.Values.transformer.sidecarTag }}{{ $lacks = append $lacks "transformer.sidecarTag" }}{{ end -}}
{{- $lines = append $lines (printf "  the code generator %s: give %s" $name (join ", " $lacks)) -}}
{{- end -}}
{{- end -}}
{{- $finders := include "longshore.finders" . | fromJson -}}
{{- range $name, $of := .Values.didFinder -}}
{{- if and (ne (toString $of.enabled) "false") (not (hasKey $finders (default (lower $name) $of.scheme))) -}}
{{- $lacks := list -}}
{{- range $key := list "image" "tag" -}}
{{- if not (get $of $key) }}{{ $lacks = append $lacks (printf "didFinder.%s.%s" $name $key) }}{{ end -}}
{{- end -}}
{{- if not $.Values.broker.existingSecret }}{{ $lacks = append $lacks "broker.existingSecret" }}{{ end -}}
{{- $lines = append $lines (printf "  the finder %s: give %s" $name (join ", " $lacks)) -}}
{{- end -}}
{{- end -}}
{{- if and (include "longshore.hasGrid" .) (not (include "longshore.startsX509" .)) -}}
{{- $lines = append $lines "  the renewal of grid credentials: give x509Secrets.image, x509Secrets.tag" -}}
{{- end -}}
{{- join "\n" $lines -}}
{{- end -}}
