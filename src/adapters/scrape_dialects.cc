// SPDX-License-Identifier: Apache-2.0
//
// The table. Names are those of the products' documentation: vLLM and SGLang "Production Metrics",
// Triton "Metrics" and its TensorRT-LLM backend's statistics, trtllm-serve's /prometheus/metrics,
// TGI "Metrics", Ray Serve "Monitor your application", dcgm-exporter's default counters, and
// neuron-monitor-prometheus.py of the AWS Neuron tools.
#include "adapters/scrape_dialects.h"

#include <algorithm>

namespace signalbox::adapters {

namespace {

constexpr Series kVllmRunning[] = {{"vllm:num_requests_running"}};
constexpr Series kVllmWaiting[] = {{"vllm:num_requests_waiting"}};
constexpr Series kVllmLatencySum[] = {{"vllm:e2e_request_latency_seconds_sum"}};
constexpr Series kVllmLatencyCount[] = {{"vllm:e2e_request_latency_seconds_count"}};

constexpr Series kSglangRunning[] = {{"sglang:num_running_reqs"}};
constexpr Series kSglangWaiting[] = {{"sglang:num_queue_reqs"}};
constexpr Series kSglangLatencySum[] = {{"sglang:e2e_request_latency_seconds_sum"}};
constexpr Series kSglangLatencyCount[] = {{"sglang:e2e_request_latency_seconds_count"}};

// Triton says how many wait to be executed, not how many are.
constexpr Series kTritonWaiting[] = {{"nv_inference_pending_request_count"}};
constexpr Series kTritonLatencySum[] = {{"nv_inference_request_duration_us"}};
constexpr Series kTritonLatencyCount[] = {{"nv_inference_request_success"}};
constexpr Series kTritonWatts[] = {{"nv_gpu_power_usage"}};

// As trtllm-serve says it, and as Triton does with the TensorRT-LLM backend.
constexpr Series kTrtllmRunning[] = {{"trtllm_num_requests_running"},
                                     {"nv_trt_llm_request_metrics", "request_type", "scheduled"}};
constexpr Series kTrtllmWaiting[] = {{"trtllm_num_requests_waiting"},
                                     {"nv_trt_llm_request_metrics", "request_type", "waiting"}};
constexpr Series kTrtllmLatencySum[] = {{"trtllm_e2e_request_latency_seconds_sum"}};
constexpr Series kTrtllmLatencyCount[] = {{"trtllm_e2e_request_latency_seconds_count"}};

constexpr Series kTgiRunning[] = {{"tgi_batch_current_size"}};
constexpr Series kTgiWaiting[] = {{"tgi_queue_size"}};
constexpr Series kTgiLatencySum[] = {{"tgi_request_duration_sum"}};
constexpr Series kTgiLatencyCount[] = {{"tgi_request_duration_count"}};

constexpr Series kRayRunning[] = {{"ray_serve_replica_processing_queries"}};
constexpr Series kRayWaiting[] = {{"ray_serve_deployment_queued_queries"}};
constexpr Series kRayLatencySum[] = {{"ray_serve_deployment_processing_latency_ms_sum"}};
constexpr Series kRayLatencyCount[] = {{"ray_serve_deployment_processing_latency_ms_count"}};

constexpr Series kDcgmWatts[] = {{"DCGM_FI_DEV_POWER_USAGE"}};

// Executions of the model on the accelerator, not requests; and of their latency there are
// percentiles only, of which the median is taken for the mean.
constexpr Series kNeuronLatency[] = {{"execution_latency_seconds", "percentile", "p50"}};
constexpr Series kNeuronCount[] = {{"execution_status_total", "status_type", "completed"}};

constexpr Dialect kDialects[] = {
    {.name = "vllm",
     .server = "vLLM",
     .path = "/metrics",
     .port = 0,
     .running = kVllmRunning,
     .waiting = kVllmWaiting,
     .latency_sum = kVllmLatencySum,
     .latency_count = kVllmLatencyCount,
     .seconds_per_unit = 1.0,
     .execution_latency = {},
     .watts = {}},
    {.name = "sglang",
     .server = "SGLang",
     .path = "/metrics",
     .port = 0,
     .running = kSglangRunning,
     .waiting = kSglangWaiting,
     .latency_sum = kSglangLatencySum,
     .latency_count = kSglangLatencyCount,
     .seconds_per_unit = 1.0,
     .execution_latency = {},
     .watts = {}},
    {.name = "triton",
     .server = "Triton",
     .path = "/metrics",
     .port = 8002,
     .running = {},
     .waiting = kTritonWaiting,
     .latency_sum = kTritonLatencySum,
     .latency_count = kTritonLatencyCount,
     .seconds_per_unit = 1e-6,
     .execution_latency = {},
     .watts = kTritonWatts},
    {.name = "tensorrt-llm",
     .server = "TensorRT-LLM",
     .path = "/prometheus/metrics",
     .port = 0,
     .running = kTrtllmRunning,
     .waiting = kTrtllmWaiting,
     .latency_sum = kTrtllmLatencySum,
     .latency_count = kTrtllmLatencyCount,
     .seconds_per_unit = 1.0,
     .execution_latency = {},
     .watts = {}},
    {.name = "tgi",
     .server = "TGI",
     .path = "/metrics",
     .port = 0,
     .running = kTgiRunning,
     .waiting = kTgiWaiting,
     .latency_sum = kTgiLatencySum,
     .latency_count = kTgiLatencyCount,
     .seconds_per_unit = 1.0,
     .execution_latency = {},
     .watts = {}},
    {.name = "ray-serve",
     .server = "Ray Serve",
     .path = "/metrics",
     .port = 8080,
     .running = kRayRunning,
     .waiting = kRayWaiting,
     .latency_sum = kRayLatencySum,
     .latency_count = kRayLatencyCount,
     .seconds_per_unit = 1e-3,
     .execution_latency = {},
     .watts = {}},
    {.name = "dcgm",
     .server = "dcgm-exporter",
     .path = "/metrics",
     .port = 9400,
     .running = {},
     .waiting = {},
     .latency_sum = {},
     .latency_count = {},
     .seconds_per_unit = 1.0,
     .execution_latency = {},
     .watts = kDcgmWatts},
    {.name = "neuron",
     .server = "neuron-monitor",
     .path = "/metrics",
     .port = 8000,
     .running = {},
     .waiting = {},
     .latency_sum = {},
     .latency_count = kNeuronCount,
     .seconds_per_unit = 1.0,
     .execution_latency = kNeuronLatency,
     .watts = {}},
};

}  // namespace

std::span<const Dialect> dialects() { return kDialects; }

const Dialect* find_dialect(std::string_view name) {
  const auto found = std::find_if(std::begin(kDialects), std::end(kDialects),
                                  [&](const Dialect& dialect) { return dialect.name == name; });
  return found == std::end(kDialects) ? nullptr : &*found;
}

}  // namespace signalbox::adapters
