// SPDX-License-Identifier: Apache-2.0
//
// Marks on clients on a curve; see llm_mix.h.
#include "sim/workload/llm_mix.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "sim/workload/trace_azure_llm.h"

namespace signalbox::sim {

namespace {

constexpr LognormalTokens kSyntheticTokens{.prompt = {.mean = 1155, .sigma = 0.985, .most = 14'050},
                                           .output = {.mean = 211, .sigma = 0.859, .most = 1000}};
constexpr std::size_t kSyntheticPairs = 20'000;
constexpr std::uint64_t kSyntheticSeed = 2023;  // the pairs stay; what is drawn of them is seeded

}  // namespace

Result<std::shared_ptr<const TokenMarks>> load_llm_marks(const TraceDirectory& traces,
                                                         TokenCost cost) {
  const auto path = traces.locate(traces::azure_conversations());
  if (!path) return path.error();
  const auto requests = read_azure_llm(*path);
  if (!requests) return requests.error();
  if (requests->empty()) {
    return Error{fmt::format("{}: no requests; expected rows below the header", *path)};
  }
  std::vector<TokenPair> pairs;
  for (const auto& request : *requests) {
    pairs.push_back({request.prompt_tokens, request.output_tokens});
  }
  return std::make_shared<const TokenMarks>(std::move(pairs), cost);
}

std::shared_ptr<const TokenMarks> llm_marks_synthetic(TokenCost cost) {
  return std::make_shared<const TokenMarks>(
      draw_token_pairs(kSyntheticTokens, kSyntheticPairs, kSyntheticSeed), cost);
}

std::unique_ptr<ArrivalStream> llm_mix(const RateSeries& curve,
                                       const std::shared_ptr<const TokenMarks>& marks,
                                       const LlmMixOptions& options) {
  auto times = std::make_unique<RenewalWorkload>(
      curve.window(options.from, options.to),
      skewed_clients(options.clients, options.client_skew, options.gaps),
      RenewalWorkload::Options{TimePoint{}, 0.0, options.seed});
  return std::make_unique<TokenStream>(std::move(times), marks, options.seed);
}

}  // namespace signalbox::sim
