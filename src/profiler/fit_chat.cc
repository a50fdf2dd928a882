// SPDX-License-Identifier: Apache-2.0
//
// Language models: how long a prompt takes to read follows from the first tokens of single requests
// with prompts of two lengths; how long a token takes, from the gaps between tokens under load. The
// median gap of an answer is a decoding step, and the mean is what its reader sees: they differ
// where reading the prompts of others stops the writing.
#include <algorithm>

#include "core/estimate/performance_curve.h"
#include "profiler/fit_parts.h"

namespace signalbox::profiler {

namespace {

core::Line reading_of(const StageResult& alone, std::size_t from) {
  core::LineFit fit;
  for (std::size_t i = from; i < alone.records.size(); ++i) {
    const Record& record = alone.records[i];
    if (record.ok) fit.add(record.prompt_tokens, record.first_token_s);
  }
  core::Line line = fit.line();
  // Noise may tilt a line that is as good as level, or lift it off the ground.
  line.slope = std::max(line.slope, 1e-9);
  line.intercept = std::max(line.intercept, 0.0);
  return line;
}

core::Arrival typical_request(const StageResult& stage) {
  core::Arrival like;
  long prompts = 0, outputs = 0, answers = 0;
  for (const Record& record : stage.records) {
    if (!record.ok) continue;
    prompts += record.prompt_tokens;
    outputs += record.output_tokens;
    ++answers;
  }
  if (answers == 0) return like;
  like.prompt_tokens = static_cast<int>((prompts + answers / 2) / answers);
  like.output_tokens = std::max(static_cast<int>((outputs + answers / 2) / answers), 1);
  return like;
}

}  // namespace

ChatFit fit_chat(const Seen& seen, int slots) {
  ChatFit fit;
  const std::size_t warm_up = seen.stages.front().records.size() - seen.unloaded_s.size();
  const core::Line reading = reading_of(seen.stages.front(), warm_up);
  const StageResult* loaded = &seen.stages.front();
  for (const StageResult& stage : seen.stages) {
    if (!stage.plan.is_open() && level_of(stage)) loaded = &stage;
  }
  fit.like = typical_request(*loaded);
  const double read = reading.at(fit.like.prompt_tokens);
  const double writes = std::max(fit.like.output_tokens - 1.0, 1.0);

  std::vector<std::pair<int, double>> paces, steps;
  std::vector<core::Profile::Point> shown;
  double elapsed = 0.0;
  int answers = 0;
  for (const Level& level : seen.levels) {
    if (level.in_flight >= slots) {
      elapsed += level.elapsed_s;
      answers += level.answers;
    }
    if (level.in_flight > slots || level.per_token_s <= 0.0) continue;
    paces.emplace_back(level.in_flight, level.per_token_s);
    const double gap = level.token_gap_s;
    steps.emplace_back(level.in_flight, gap > 0.5 * level.per_token_s ? gap : level.per_token_s);
    shown.push_back({level.in_flight, from_seconds(level.per_token_s)});
  }
  if (paces.empty()) {  // answers of one token: all of it is reading
    paces.emplace_back(1, 1e-6);
    steps = paces;
    shown.push_back({1, 1us});
  }
  core::ServerModel server;
  server.in_tokens = true;
  server.first_token_s = reading.intercept;
  server.per_prompt_s = reading.slope;

  fit.side_by_side.server = server;
  auto& shared = fit.side_by_side.server.time_s;
  shared = filled(paces, slots);
  // At its best it answers what it was seen to answer.
  if (answers > 0) {
    shared.back() = slots * (elapsed / answers) / (read / shared.front() + writes);
    if (slots == 1) shared.back() = paces.front().second;
  }
  fit.side_by_side.evidence = fit.prompts_first.evidence = std::max(answers, 1);
  fit.prompts_first.server = server;
  fit.prompts_first.server.grouping = core::Grouping::kPromptsFirst;
  fit.prompts_first.server.time_s = filled(steps, slots);

  fit.language.first_token_base = from_seconds(reading.intercept);
  fit.language.per_prompt_token = from_seconds(reading.slope);
  fit.language.per_output_token = core::Profile::measured(rising(std::move(shown)), seen.spread);
  fit.language.prompt_tokens = std::max(fit.like.prompt_tokens, 1);
  fit.language.output_tokens = fit.like.output_tokens;
  return fit;
}

}  // namespace signalbox::profiler
