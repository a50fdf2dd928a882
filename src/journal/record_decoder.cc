// SPDX-License-Identifier: Apache-2.0
//
// Each kind in turn; see record_decoder.h.
#include "journal/record_decoder.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "journal/core_codec.h"
#include "journal/known.h"

namespace signalbox::journal {

namespace {

constexpr RequestId kNoRequest{~0ULL};

template <class E>
E get_enum(ByteReader& bytes, unsigned value) {
  const E e = static_cast<E>(value);
  if (known(e)) return e;
  bytes.fail();
  return E{};
}

int get_int(ByteReader& bytes) {
  const std::int64_t value = bytes.zigzag();
  if (std::in_range<int>(value)) return static_cast<int>(value);
  bytes.fail();
  return 0;
}

}  // namespace

void RecordDecoder::begin_segment() {
  last_ = TimePoint{};
  latest_ = LatestIds{};
  names_.clear();
}

bool RecordDecoder::refuse(std::string why) {
  refusal_ = std::move(why);
  return false;
}

bool RecordDecoder::next(ByteReader& bytes, InputRecord& record) {
  whole_.clear();
  for (;;) {
    const auto kind = static_cast<RecordKind>(bytes.u8());
    const std::size_t size = bytes.u8();
    const std::string_view piece = bytes.raw(size);
    if (!bytes.ok() || size > kMaxPayloadBytes) return refuse("a record is cut short");
    if (kind != RecordKind::kPart && whole_.empty()) return decode(kind, ByteReader(piece), record);
    if (whole_.size() + size > kMaxWholePayloadBytes) return refuse("a record is too large");
    whole_ += piece;
    if (kind != RecordKind::kPart) return decode(kind, ByteReader(whole_), record);
    if (bytes.at_end()) return refuse("a record lacks its last piece");
  }
}

RequestId RecordDecoder::get_id(ByteReader& bytes) {
  const std::uint64_t loop = bytes.varint();
  return RequestId(latest_.of_loop(loop) + static_cast<std::uint64_t>(bytes.zigzag()));
}

void RecordDecoder::get_names(ByteReader& bytes, RequestMade& request) {
  const std::uint64_t name = bytes.varint();
  if (name >= kFirstName) {
    if (name - kFirstName >= names_.size()) return bytes.fail();
    const Name& known_name = names_[static_cast<std::size_t>(name - kFirstName)];
    request.path = known_name.path;
    request.model = known_name.model;
    return;
  }
  request.path = bytes.text();
  request.model = bytes.text();
  if (name != kNameDefined || !bytes.ok()) return;
  if (names_.size() >= kMaxNames) return bytes.fail();
  names_.push_back({std::string(request.path), std::string(request.model)});
}

void RecordDecoder::get_decided(ByteReader& bytes, RequestId own, InputRecord& record) {
  const std::uint64_t count = bytes.varint();
  if (count > bytes.left()) return bytes.fail();
  for (std::uint64_t i = 0; i < count && bytes.ok(); ++i) {
    const std::uint8_t flags = bytes.u8();
    DecisionBrief& brief = record.decided.emplace_back();
    brief.action = get_enum<core::Action>(bytes, flags & kBriefActionMask);
    brief.late = (flags & kBriefLate) != 0;
    brief.request = (flags & kBriefOwn) != 0 ? own : get_id(bytes);
    if ((flags & kBriefFirst) == 0) brief.attempt = bytes.u8();
    if (brief.action == core::Action::kForward) {
      const std::uint64_t unit = bytes.varint();
      if (!std::in_range<std::uint32_t>(unit)) bytes.fail();
      brief.unit = UnitId(static_cast<std::uint32_t>(unit));
      brief.endpoint = EndpointId(bytes.varint());
    } else if (brief.action == core::Action::kReject) {
      brief.reason = get_enum<core::RejectReason>(bytes, bytes.u8());
      brief.status = get_int(bytes);
    }
  }
  if (count > 0) record.fingerprint = bytes.u8();
}

bool RecordDecoder::get_spec(ByteReader& bytes, core::FleetSpec& spec) {
  auto decoded = decode_spec(bytes.raw(bytes.left()));
  if (!decoded.ok()) return refuse(decoded.error().message);
  spec = std::move(*decoded);
  return true;
}

bool RecordDecoder::decode(RecordKind kind, ByteReader payload, InputRecord& record) {
  record.decided.clear();
  record.fingerprint = 0;
  // In unsigned arithmetic: bytes that are no log may hold any difference.
  last_ = TimePoint{Duration{
      static_cast<std::int64_t>(static_cast<std::uint64_t>(last_.time_since_epoch().count()) +
                                static_cast<std::uint64_t>(payload.zigzag()))}};
  record.at = last_;
  switch (kind) {
    case RecordKind::kRouterStarted:
      record.body = RouterStarted{payload.u64()};
      break;
    case RecordKind::kViewTaken:
      record.body = ViewTaken{payload.varint()};
      get_decided(payload, kNoRequest, record);
      break;
    case RecordKind::kRequestMade: {
      RequestMade request;
      request.id = get_id(payload);
      latest_.of_loop(latest_.loop(request.id)) = request.id.value;
      get_names(payload, request);
      const std::uint8_t flags = payload.u8();
      request.replayable = (flags & kRequestReplayable) != 0;
      if ((flags & kRequestHasWork) != 0) request.work = payload.f64();
      if ((flags & kRequestHasDataClass) != 0) request.data_class = payload.text();
      if ((flags & kRequestHasTokens) != 0) {
        request.prompt_tokens = get_int(payload);
        request.output_tokens = get_int(payload);
      }
      if ((flags & kRequestHasTenant) != 0) request.tenant = payload.text();
      if ((flags & kRequestHasPriority) != 0) request.priority = get_int(payload);
      if ((flags & kRequestHasTimeLeft) != 0) request.time_left = Duration{payload.zigzag()};
      record.body = request;
      get_decided(payload, request.id, record);
      break;
    }
    case RecordKind::kOutcomeSeen: {
      OutcomeSeen seen;
      seen.id = get_id(payload);
      const std::uint8_t flags = payload.u8();
      seen.outcome.kind = get_enum<core::OutcomeKind>(payload, flags >> 1U);
      seen.outcome.replayable = (flags & 1U) != 0;
      seen.outcome.status = get_int(payload);
      seen.outcome.time_to_first_byte = Duration{payload.zigzag()};
      seen.outcome.output_tokens = get_int(payload);
      seen.outcome.endpoint = EndpointId(payload.varint());
      seen.outcome.retry_after = Duration{payload.zigzag()};
      record.body = seen;
      get_decided(payload, seen.id, record);
      break;
    }
    case RecordKind::kAnswerBegun: {
      AnswerBegun begun;
      begun.id = get_id(payload);
      begun.endpoint = EndpointId(payload.varint());
      record.body = begun;
      get_decided(payload, begun.id, record);
      break;
    }
    case RecordKind::kRequestCancelled: {
      const RequestId id = get_id(payload);
      record.body = RequestCancelled{id};
      get_decided(payload, id, record);
      break;
    }
    case RecordKind::kTimerFired:
      record.body = TimerFired{};
      get_decided(payload, kNoRequest, record);
      break;
    case RecordKind::kDigestTaken:
      record.body = DigestTaken{};
      break;
    case RecordKind::kControllerStarted: {
      ControllerStarted started;
      if (!get_spec(payload, started.spec)) return false;
      record.body = std::move(started);
      break;
    }
    case RecordKind::kSpecGiven: {
      SpecGiven given;
      if (!get_spec(payload, given.spec)) return false;
      record.body = std::move(given);
      break;
    }
    case RecordKind::kSpecRestated: {
      SpecRestated restated;
      if (!get_spec(payload, restated.spec)) return false;
      record.body = std::move(restated);
      break;
    }
    case RecordKind::kSignalGiven: {
      auto signal = decode_signal(payload.raw(payload.left()));
      if (!signal.ok()) return refuse(signal.error().message);
      record.body = SignalGiven{std::move(*signal)};
      break;
    }
    case RecordKind::kDigestGiven:
      record.body = DigestGiven{payload.varint()};
      break;
    case RecordKind::kTicked:
      record.body = Ticked{};
      record.fingerprint = payload.u8();
      break;
    case RecordKind::kCheckMade: {
      CheckMade check;
      check.decisions = payload.varint();
      check.decisions_hash = payload.u64();
      check.plans = payload.varint();
      check.plans_hash = payload.u64();
      record.body = check;
      break;
    }
    case RecordKind::kLogEnded:
      record.body = LogEnded{get_enum<LogEnd>(payload, payload.u8())};
      break;
    default:
      return refuse(fmt::format("a record has the unknown kind {}", static_cast<int>(kind)));
  }
  if (!payload.ok() || !payload.at_end()) {
    return refuse(fmt::format("a record of kind {} does not read", static_cast<int>(kind)));
  }
  return true;
}

}  // namespace signalbox::journal
