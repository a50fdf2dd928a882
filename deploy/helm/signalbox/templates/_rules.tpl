{{/* SPDX-License-Identifier: Apache-2.0 */}}
{{/* What the controllers may do, and nothing more; docs/kubernetes.md gives the reason of each verb. */}}

{{- define "signalbox.clusterRules" -}}
- {apiGroups: [""], resources: [nodes], verbs: [list, watch]}
- {apiGroups: [""], resources: [events], verbs: [list, watch]}
{{- if .Values.rbac.karpenter }}
- {apiGroups: [karpenter.sh], resources: [nodeclaims, nodepools, nodeoverlays], verbs: [list, watch]}
{{- end }}
{{- if dig "cluster" "resources" true .Values.config }}
- {apiGroups: [signalbox.dev], resources: [routedservices, deploymentunits], verbs: [list, watch]}
- {apiGroups: [signalbox.dev], resources: [routedservices/status, deploymentunits/status], verbs: [patch]}
{{- end }}
{{- end -}}

{{- define "signalbox.workloadRules" -}}
- {apiGroups: [""], resources: [pods], verbs: [list, watch{{ if .Values.rbac.choosePods }}, patch, delete{{ end }}]}
- {apiGroups: [apps], resources: [deployments, statefulsets], verbs: [list, watch]}
{{- if .Values.rbac.scaleDirectly }}
- {apiGroups: [apps], resources: [deployments/scale, statefulsets/scale], verbs: [patch]}
{{- end }}
- {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch]}
{{- if .Values.rbac.inferencePools }}
- {apiGroups: [inference.networking.k8s.io, inference.networking.x-k8s.io], resources: [inferencepools], verbs: [list, watch]}
{{- end }}
{{- end -}}
