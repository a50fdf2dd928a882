// SPDX-License-Identifier: Apache-2.0
//
// The writing half of record_format.h.
#include "journal/record_encoder.h"

#include "journal/core_codec.h"

namespace signalbox::journal {

ByteWriter RecordEncoder::start(TimePoint now) {
  payload_.clear();
  ByteWriter bytes(payload_);
  bytes.zigzag((now - last_).count());
  last_ = now;
  return bytes;
}

void RecordEncoder::finish(RecordKind kind) {
  std::string_view left = payload_;
  const auto piece = [&](RecordKind as, std::size_t size) {
    out_.push_back(static_cast<char>(as));
    out_.push_back(static_cast<char>(size));
    out_.append(left.substr(0, size));
    left.remove_prefix(size);
  };
  while (left.size() > kMaxPayloadBytes) piece(RecordKind::kPart, kMaxPayloadBytes);
  piece(kind, left.size());
}

void RecordEncoder::put_id(ByteWriter& bytes, RequestId id) {
  const std::uint64_t loop = latest_.loop(id);
  bytes.varint(loop);
  bytes.zigzag(static_cast<std::int64_t>(id.value - latest_.of_loop(loop)));
}

void RecordEncoder::put_names(ByteWriter& bytes, std::string_view path, std::string_view model) {
  scratch_.assign(path);
  scratch_.push_back('\0');
  scratch_.append(model);
  if (const auto found = names_.find(std::string_view(scratch_)); found != names_.end()) {
    return bytes.varint(kFirstName + found->second);
  }
  const bool remember = names_.size() < kMaxNames && scratch_.size() <= kMaxNameBytes;
  bytes.varint(remember ? kNameDefined : kNameInline);
  bytes.text(path);
  bytes.text(model);
  if (remember) names_.emplace(scratch_, names_.size());
}

void RecordEncoder::put_decided(ByteWriter& bytes, RequestId own, Decided decided) {
  bytes.varint(decided.size());
  for (const core::Decision& decision : decided) {
    const DecisionBrief brief = brief_of(decision);
    const bool is_own = brief.request == own;
    bytes.u8(static_cast<std::uint8_t>(static_cast<unsigned>(brief.action) |
                                       (brief.late ? kBriefLate : 0U) | (is_own ? kBriefOwn : 0U) |
                                       (brief.attempt == 1 ? kBriefFirst : 0U)));
    if (!is_own) put_id(bytes, brief.request);
    if (brief.attempt != 1) bytes.u8(brief.attempt);
    if (brief.action == core::Action::kForward) {
      bytes.varint(brief.unit.value);
      bytes.varint(brief.endpoint.value);
    } else if (brief.action == core::Action::kReject) {
      bytes.u8(static_cast<std::uint8_t>(brief.reason));
      bytes.zigzag(brief.status);
    }
    scratch_.clear();
    encode(decision, scratch_);
    decisions_hash_.add(scratch_);
  }
  totals_.decisions += decided.size();
  totals_.decisions_hash = decisions_hash_.value();
  if (!decided.empty()) bytes.u8(static_cast<std::uint8_t>(totals_.decisions_hash));
}

namespace {

// Stands for "about no request in particular" where a call has none.
constexpr RequestId kNoRequest{~0ULL};

}  // namespace

void RecordEncoder::router_started(std::uint64_t seed) {
  start(last_).u64(seed);
  finish(RecordKind::kRouterStarted);
}

void RecordEncoder::router_view(std::uint64_t version, TimePoint now, Decided decided) {
  ByteWriter bytes = start(now);
  bytes.varint(version);
  put_decided(bytes, kNoRequest, decided);
  finish(RecordKind::kViewTaken);
}

void RecordEncoder::router_request(RequestId id, const core::RequestFacts& facts, TimePoint now,
                                   Decided decided) {
  const auto& [path, model, replayable, work, data_class, prompt_tokens, output_tokens, tenant,
               priority, time_left] = facts;
  ByteWriter bytes = start(now);
  put_id(bytes, id);
  latest_.of_loop(latest_.loop(id)) = id.value;
  put_names(bytes, path, model);
  const bool has_work = work != 1.0;
  const bool has_tokens = prompt_tokens != 0 || output_tokens != 0;
  bytes.u8(static_cast<std::uint8_t>(
      (replayable ? kRequestReplayable : 0U) | (has_work ? kRequestHasWork : 0U) |
      (!data_class.empty() ? kRequestHasDataClass : 0U) | (has_tokens ? kRequestHasTokens : 0U) |
      (!tenant.empty() ? kRequestHasTenant : 0U) | (priority != 0 ? kRequestHasPriority : 0U) |
      (time_left != Duration{} ? kRequestHasTimeLeft : 0U)));
  if (has_work) bytes.f64(work);
  if (!data_class.empty()) bytes.text(data_class);
  if (has_tokens) {
    bytes.zigzag(prompt_tokens);
    bytes.zigzag(output_tokens);
  }
  if (!tenant.empty()) bytes.text(tenant);
  if (priority != 0) bytes.zigzag(priority);
  if (time_left != Duration{}) bytes.zigzag(time_left.count());
  put_decided(bytes, id, decided);
  finish(RecordKind::kRequestMade);
}

void RecordEncoder::router_outcome(RequestId id, const core::Outcome& outcome, TimePoint now,
                                   Decided decided) {
  const auto& [kind, status, time_to_first_byte, replayable, output_tokens, endpoint, retry_after] =
      outcome;
  ByteWriter bytes = start(now);
  put_id(bytes, id);
  bytes.u8(static_cast<std::uint8_t>(static_cast<unsigned>(kind) << 1U | (replayable ? 1U : 0U)));
  bytes.zigzag(status);
  bytes.zigzag(time_to_first_byte.count());
  bytes.zigzag(output_tokens);
  bytes.varint(endpoint.value);
  bytes.zigzag(retry_after.count());
  put_decided(bytes, id, decided);
  finish(RecordKind::kOutcomeSeen);
}

void RecordEncoder::router_answer_begun(RequestId id, EndpointId endpoint, TimePoint now,
                                        Decided decided) {
  ByteWriter bytes = start(now);
  put_id(bytes, id);
  bytes.varint(endpoint.value);
  put_decided(bytes, id, decided);
  finish(RecordKind::kAnswerBegun);
}

void RecordEncoder::router_cancel(RequestId id, TimePoint now, Decided decided) {
  ByteWriter bytes = start(now);
  put_id(bytes, id);
  put_decided(bytes, id, decided);
  finish(RecordKind::kRequestCancelled);
}

void RecordEncoder::router_timer(TimePoint now, Decided decided) {
  ByteWriter bytes = start(now);
  put_decided(bytes, kNoRequest, decided);
  finish(RecordKind::kTimerFired);
}

void RecordEncoder::router_digest(TimePoint now) {
  start(now);
  finish(RecordKind::kDigestTaken);
}

void RecordEncoder::put_spec(RecordKind kind, TimePoint now) {
  start(now);
  payload_ += spec_;
  finish(kind);
}

void RecordEncoder::controller_started(const core::FleetSpec& spec, TimePoint now) {
  spec_.clear();
  encode(spec, spec_);
  put_spec(RecordKind::kControllerStarted, now);
}

void RecordEncoder::controller_spec(const core::FleetSpec& spec, TimePoint now) {
  spec_.clear();
  encode(spec, spec_);
  put_spec(RecordKind::kSpecGiven, now);
}

void RecordEncoder::controller_signal(const core::Signal& signal, TimePoint now) {
  start(now);
  encode(signal, payload_);
  finish(RecordKind::kSignalGiven);
}

void RecordEncoder::controller_digest(TimePoint now, std::uint64_t newer) {
  start(now).varint(newer);
  finish(RecordKind::kDigestGiven);
}

void RecordEncoder::controller_tick(TimePoint now, const core::Plan& plan) {
  scratch_.clear();
  encode(plan, scratch_);
  plans_hash_.add(scratch_);
  ++totals_.plans;
  totals_.plans_hash = plans_hash_.value();
  start(now).u8(static_cast<std::uint8_t>(totals_.plans_hash));
  finish(RecordKind::kTicked);
}

void RecordEncoder::check() {
  ByteWriter bytes = start(last_);
  bytes.varint(totals_.decisions);
  bytes.u64(totals_.decisions_hash);
  bytes.varint(totals_.plans);
  bytes.u64(totals_.plans_hash);
  finish(RecordKind::kCheckMade);
}

void RecordEncoder::end(LogEnd why) {
  start(last_).u8(static_cast<std::uint8_t>(why));
  finish(RecordKind::kLogEnded);
}

void RecordEncoder::begin_segment() {
  const TimePoint now = last_;
  last_ = TimePoint{};
  latest_ = LatestIds{};
  names_.clear();
  if (!spec_.empty()) put_spec(RecordKind::kSpecRestated, now);
}

}  // namespace signalbox::journal
