{{/* SPDX-License-Identifier: Apache-2.0 */}}
{{/* The two files: what the operator wrote, and above it what the chart itself decides. */}}

{{- define "signalbox.linkTls" -}}
{{- if .Values.link.tls.secretName -}}
certificate: /etc/signalbox/tls/link/tls.crt
key: /etc/signalbox/tls/link/tls.key
ca: /etc/signalbox/tls/link/ca.crt
{{- end -}}
{{- end -}}

{{- define "signalbox.controlConfig" -}}
{{- $cluster := dict "lease" (include "signalbox.fullname" .) "snapshot" "/var/lib/signalbox/cluster" -}}
{{- if not .Values.rbac.karpenter -}}{{- $_ := set $cluster "karpenter" false -}}{{- end -}}
{{- $link := merge (dict "listen" (printf "0.0.0.0:%d" (int .Values.link.port))) (include "signalbox.linkTls" . | fromYaml) -}}
{{- $ours := dict "cluster" $cluster "link" $link "gateway" (dict "probes" "0.0.0.0:9900") -}}
{{- if .Values.scaler.enabled -}}
{{- $scaler := dict "listen" (printf "0.0.0.0:%d" (int .Values.scaler.port)) -}}
{{- if .Values.scaler.tls.secretName -}}
{{- $at := "/etc/signalbox/tls/scaler" -}}
{{- $_ := set $scaler "tls" (dict "certificate" (printf "%s/tls.crt" $at) "key" (printf "%s/tls.key" $at) "client_ca" (printf "%s/ca.crt" $at)) -}}
{{- end -}}
{{- $_ := set $ours "scaler" $scaler -}}
{{- end -}}
{{- toYaml (mergeOverwrite (deepCopy .Values.config) $ours) -}}
{{- end -}}

{{- define "signalbox.gatewayConfig" -}}
{{- $control := printf "%s-link.%s.svc:%d" (include "signalbox.fullname" .) .Release.Namespace (int .Values.link.port) -}}
{{- $link := merge (dict "control" $control) (include "signalbox.linkTls" . | fromYaml) -}}
{{- $ours := dict "listen" "0.0.0.0:8080" "probes" "0.0.0.0:9900" "drain" (printf "%ds" (int .Values.gateway.drainSeconds)) -}}
{{- if .Values.gateway.tls.secretName -}}
{{- $_ := set $ours "tls" (dict "certificate" "/etc/signalbox/tls/gateway/tls.crt" "key" "/etc/signalbox/tls/gateway/tls.key") -}}
{{- end -}}
{{- toYaml (dict "link" $link "gateway" (mergeOverwrite (deepCopy .Values.gateway.config) $ours)) -}}
{{- end -}}
