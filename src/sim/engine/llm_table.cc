// SPDX-License-Identifier: Apache-2.0
//
// One reader per key, and two unknowns by least squares; see llm_table.h.
#include "sim/engine/llm_table.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>
#include <optional>
#include <utility>

#include "base/assert.h"

namespace signalbox::sim {

namespace json = boost::json;

namespace {

constexpr int kMaxTokens = 10'000'000;

std::optional<double> number(const json::value& value) {
  boost::system::error_code error;
  const double read = value.is_number() ? value.to_number<double>(error) : -1.0;
  if (error || !std::isfinite(read) || read < 0.0) return std::nullopt;
  return read;
}

// Token counts of rows or columns.
std::optional<std::vector<int>> buckets(const json::value& value) {
  const json::array* list = value.if_array();
  if (list == nullptr || list->empty()) return std::nullopt;
  std::vector<int> read;
  for (const json::value& entry : *list) {
    const std::int64_t* tokens = entry.if_int64();
    const int least = read.empty() ? 1 : read.back() + 1;
    if (tokens == nullptr || *tokens < least || *tokens > kMaxTokens) return std::nullopt;
    read.push_back(static_cast<int>(*tokens));
  }
  return read;
}

std::optional<std::vector<double>> row(const json::value& value, std::size_t columns) {
  const json::array* list = value.if_array();
  if (list == nullptr || list->size() != columns) return std::nullopt;
  std::vector<double> read;
  for (const json::value& entry : *list) {
    const auto rate = number(entry);
    if (!rate) return std::nullopt;
    read.push_back(*rate);
  }
  return read;
}

}  // namespace

Result<LlmTable> read_llm_table(std::string_view text) {
  boost::system::error_code failure;
  const json::value parsed = json::parse(text, failure);
  if (failure) return Error{fmt::format("the throughput table is not JSON: {}", failure.message())};
  const json::object* body = parsed.if_object();
  if (body == nullptr) return Error{"the throughput table must be a JSON object"};

  LlmTable table;
  const json::value* name = body->if_contains("gpu");
  if (name == nullptr || !name->is_string()) return Error{"`gpu` must be the accelerator's name"};
  table.name = std::string(name->get_string());

  const json::value* cost = body->if_contains("cost");
  const auto relative_cost = cost == nullptr ? std::optional(1.0) : number(*cost);
  if (!relative_cost) return Error{"`cost` must be a number, not below 0"};
  table.relative_cost = *relative_cost;

  const json::value* indexes = body->if_contains("indexes");
  const json::array* both = indexes == nullptr ? nullptr : indexes->if_array();
  auto outputs = both == nullptr || both->size() != 2 ? std::nullopt : buckets((*both)[0]);
  auto prompts = outputs ? buckets((*both)[1]) : std::nullopt;
  if (!prompts) {
    return Error{
        fmt::format("`indexes` must be two lists of rising token counts from 1 to {}: of "
                    "answers, then of prompts",
                    kMaxTokens)};
  }
  table.output_tokens = std::move(*outputs);
  table.prompt_tokens = std::move(*prompts);

  const json::value* rates = body->if_contains("tputs");
  const json::array* rows = rates == nullptr ? nullptr : rates->if_array();
  if (rows == nullptr || rows->size() != table.output_tokens.size()) {
    return Error{fmt::format("`tputs` must be {} rows, one per length of answer",
                             table.output_tokens.size())};
  }
  for (const json::value& each : *rows) {
    auto read = row(each, table.prompt_tokens.size());
    if (!read) {
      return Error{fmt::format("row {} of `tputs` must be {} rates per second, not below 0",
                               table.requests_per_s.size() + 1, table.prompt_tokens.size())};
    }
    table.requests_per_s.push_back(std::move(*read));
  }
  return table;
}

Result<ServiceShape> fit_llm_shape(const LlmTable& table, const LlmBatch& batch) {
  SIGNALBOX_ASSERT(batch.slots >= 2 && batch.lone_step > 0ns);
  // Minimise the sum of (rate x (prompt x p + (output - 1) x d) - 1)^2 over p and d.
  double pp = 0.0, pd = 0.0, dd = 0.0, p1 = 0.0, d1 = 0.0;
  for (std::size_t i = 0; i < table.output_tokens.size(); ++i) {
    for (std::size_t j = 0; j < table.prompt_tokens.size(); ++j) {
      const double rate = table.requests_per_s[i][j];
      if (rate <= 0.0) continue;
      const double p = rate * table.prompt_tokens[j];
      const double d = rate * (table.output_tokens[i] - 1);
      pp += p * p, pd += p * d, dd += d * d, p1 += p, d1 += d;
    }
  }
  const double determinant = pp * dd - pd * pd;
  const double prompt_token_s = (p1 * dd - d1 * pd) / determinant;
  const double output_token_s = (d1 * pp - p1 * pd) / determinant;
  // Written so that a table without enough entries, which divides by zero, fails too.
  if (!(determinant > 1e-9 * pp * dd && prompt_token_s > 0.0 && output_token_s > 0.0)) {
    return Error{
        fmt::format("the table of {} does not say what a prompt and what an answer takes: "
                    "it needs positive rates that fall with the length of either",
                    table.name)};
  }
  const double lone_step_s = to_seconds(batch.lone_step);
  const double full_step_s = output_token_s * batch.slots;
  if (full_step_s < lone_step_s) {
    return Error{fmt::format(
        "the table of {} promises {:.0f} tokens/s, which {} slots cannot give when a step takes "
        "{:.1f} ms for a request alone: it takes {:.0f} slots, or a shorter step",
        table.name, 1.0 / output_token_s, batch.slots, 1e3 * lone_step_s,
        std::ceil(lone_step_s / output_token_s))};
  }
  if (output_token_s > lone_step_s) {
    return Error{
        fmt::format("the table of {} promises {:.1f} tokens/s, fewer than the {:.1f} of a "
                    "request alone: its step must be longer than {:.1f} ms",
                    table.name, 1.0 / output_token_s, 1.0 / lone_step_s, 1e3 * lone_step_s)};
  }
  // A step takes a + b n, lone_step for one and full_step for all.
  const double per_job_s = (full_step_s - lone_step_s) / (batch.slots - 1);
  return ServiceShape{.prefill_tokens_per_s = 1.0 / prompt_token_s,
                      .decode_base = from_seconds(lone_step_s - per_job_s),
                      .decode_per_job = from_seconds(per_job_s)};
}

Result<LlmReplica> read_llm_replica(std::string_view text, const LlmBatch& batch,
                                    const LlmReference& reference) {
  const auto table = read_llm_table(text);
  if (!table) return table.error();
  const auto shape = fit_llm_shape(*table, batch);
  if (!shape) return shape.error();
  return llm_replica((*table).name, (*table).relative_cost, batch.slots, *shape, reference);
}

}  // namespace signalbox::sim
