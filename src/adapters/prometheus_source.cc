// SPDX-License-Identifier: Apache-2.0
//
// See prometheus_source.h. An answer holds as of when it came: a server answers for the moment it
// is asked, and leaves out what it has not scraped lately.
#include "adapters/prometheus_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/assert.h"

namespace signalbox::adapters {

namespace {

constexpr double kMostReplicas = 1e6;
constexpr double kLongestMeanSeconds = 1e6;

const char* in_words(Quantity quantity) {
  switch (quantity) {
    case Quantity::kPrice:
      return "price";
    case Quantity::kMaxReplicas:
      return "max_replicas";
    case Quantity::kLatency:
      return "latency";
    case Quantity::kReady:
      return "ready";
    case Quantity::kPending:
      return "pending";
    case Quantity::kWatts:
      return "watts";
  }
  return "?";
}

}  // namespace

PrometheusSource::PrometheusSource(asio::io_context& io, SourceOptions options, Page server,
                                   std::vector<PrometheusQuestion> questions)
    : options_(std::move(options)), server_(std::move(server)), client_(io) {
  for (auto& question : questions) {
    const std::size_t index = asked_.size();
    const std::string whose = fmt::format(
        "source {}: {}{} at {}", options_.name, in_words(question.gives),
        question.unit.empty() ? "" : " of " + question.unit, core::to_string(server_.address));
    asked_.push_back({std::move(question), Trouble(options_.tell, whose),
                      std::make_unique<Poll>(io, options_.interval, options_.seed + index,
                                             [this, index] { ask(index); })});
  }
}

PrometheusSource::~PrometheusSource() { stop(); }

void PrometheusSource::start(control::SignalSink& sink) {
  SIGNALBOX_ASSERT(sink_ == nullptr);
  sink_ = &sink;
  for (auto& asked : asked_) asked.poll->start();
}

void PrometheusSource::stop() {
  sink_ = nullptr;
  client_.close();
  for (auto& asked : asked_) asked.poll->stop();
}

void PrometheusSource::ask(std::size_t index) {
  Page page = server_;
  std::string prefix = server_.target;
  while (prefix.ends_with('/')) prefix.pop_back();
  page.target = wire::prometheus_query_target(prefix, asked_[index].question.expression,
                                              to_seconds(options_.timeout));
  call_page(client_, page, "application/json", options_.timeout, options_.clock,
            [this, index](const Result<PageAnswer, Refusal>& answer) { on_answer(index, answer); });
}

void PrometheusSource::on_answer(std::size_t index, const Result<PageAnswer, Refusal>& answer) {
  Asked& asked = asked_[index];
  const auto fail = [&asked](const Refusal& why) {
    asked.trouble.begin(why);
    asked.poll->done(false);
  };
  if (!answer.ok()) return fail(answer.error());
  const auto points = wire::read_prometheus_answer(answer->body);
  if (!points.ok()) return fail({"answer", points.error().message});
  asked.poll->done(true);
  std::vector<core::Signal> batch;
  const auto trouble = take(asked.question, *points, answer->heard.at, batch);
  if (trouble) {
    asked.trouble.begin(*trouble);
  } else {
    asked.trouble.end();
  }
  if (sink_ != nullptr && !batch.empty()) sink_->take(batch);
}

std::optional<Refusal> PrometheusSource::take(const PrometheusQuestion& question,
                                              const std::vector<wire::QueriedPoint>& points,
                                              TimePoint at, std::vector<core::Signal>& batch) {
  if (view_ == nullptr) return {};
  if (points.empty()) return Refusal{"nothing", "the expression gives nothing"};
  if (!question.unit.empty() && points.size() > 1) {
    return Refusal{"many", fmt::format("the expression gives {} values for one unit; aggregate "
                                       "them, as with avg()",
                                       points.size())};
  }
  std::optional<Refusal> trouble;
  for (const auto& point : points) {
    const std::string name(question.unit.empty() ? point.label("unit")
                                                 : std::string_view(question.unit));
    const auto& units = options_.units;
    if (name.empty()) {
      trouble = Refusal{"unnamed", "a series has no label 'unit', and the query names none"};
      continue;
    }
    const auto unit = view_->spec->find_unit(name);
    const bool is_ours =
        units.empty() || std::find(units.begin(), units.end(), name) != units.end();
    if (!unit || !is_ours) continue;  // of somebody else's fleet
    if (auto refused = take_value(question.gives, *unit, point.value, at, batch)) {
      trouble = std::move(refused);
    }
  }
  return trouble;
}

// Money and power are passed on whatever they are: those who judge shall see them. What counts
// things must be a number of things.
std::optional<Refusal> PrometheusSource::take_value(Quantity quantity, UnitId unit, double value,
                                                    TimePoint at,
                                                    std::vector<core::Signal>& batch) {
  const std::string& name = view_->spec->unit(unit).name;
  const auto say = [&](auto body) { batch.push_back({at, options_.name, body}); };
  const auto refuse = [&](std::string_view what) {
    return Refusal{"value", fmt::format("{} is {} for {}", value, what, name)};
  };
  if (quantity == Quantity::kPrice) {
    say(core::PriceQuote{unit, value});
    return {};
  }
  if (quantity == Quantity::kWatts) {
    say(core::PowerReport{unit, value});
    return {};
  }
  if (quantity == Quantity::kLatency) {
    if (!(value >= 0.0 && value <= kLongestMeanSeconds)) return refuse("no latency in seconds");
    // Of how many requests, the expression does not say: it weighs as one.
    say(core::LatencyReport{unit, from_seconds(value), 1.0});
    return {};
  }
  if (!(value >= 0.0 && value <= kMostReplicas)) return refuse("no number of replicas");
  const int count = static_cast<int>(std::floor(value));
  if (quantity == Quantity::kMaxReplicas) {
    say(core::CapacityLimit{unit, count});
    return {};
  }
  Replicas& replicas = replicas_[name];
  (quantity == Quantity::kReady ? replicas.ready : replicas.pending) = count;
  // Half of what was asked for is no report.
  const bool lacks_ready = asks_for(Quantity::kReady) && !replicas.ready;
  const bool lacks_pending = asks_for(Quantity::kPending) && !replicas.pending;
  if (!lacks_ready && !lacks_pending && replicas.ready) {
    say(core::ReplicaReport{unit, *replicas.ready, replicas.pending.value_or(0)});
  }
  return {};
}

bool PrometheusSource::asks_for(Quantity quantity) const {
  return std::any_of(asked_.begin(), asked_.end(),
                     [&](const Asked& asked) { return asked.question.gives == quantity; });
}

}  // namespace signalbox::adapters
