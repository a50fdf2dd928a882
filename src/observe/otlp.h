// SPDX-License-Identifier: Apache-2.0
//
// Traces as OpenTelemetry's protocol has them over HTTP in JSON (OTLP 1.x,
// ExportTraceServiceRequest): ids in hexadecimal, times in nanoseconds as text, attributes by
// OpenTelemetry's names where there are such.
#pragma once

#include <span>
#include <string>

#include "observe/request_trace.h"
#include "observe/wall_time.h"

namespace signalbox::observe {

struct OtlpResource {
  std::string service_name = "signalbox";
  std::string instance = {};  // which of several; empty = not said
};

// One request to a collector, with all of these traces.
std::string otlp_json(std::span<const RequestTrace> traces, const OtlpResource& resource,
                      WallOffset wall);

}  // namespace signalbox::observe
