// SPDX-License-Identifier: Apache-2.0
//
// A double buffer; see input_log_thread.h.
#include "journal/input_log_thread.h"

#include <chrono>
#include <cstddef>
#include <cstring>
#include <type_traits>
#include <utility>

namespace signalbox::journal {

// The fixed part of a waiting Router call; behind it stand the texts and the decisions.
struct InputLogThread::Head {
  Kind kind = Kind::kCall;
  std::uint32_t path_bytes = 0;
  std::uint32_t model_bytes = 0;
  std::uint32_t data_class_bytes = 0;
  std::uint32_t tenant_bytes = 0;
  std::uint32_t decisions = 0;
  TimePoint now{};
  RequestId id;               // kRequest, kOutcome, kBegun, kCancel
  core::Outcome outcome;      // kOutcome; of kBegun its endpoint
  core::RequestFacts facts;   // kRequest; its texts stand behind
  std::uint64_t version = 0;  // kView
};

namespace {

// Calls of the Controller that may wait; there are some ten a second.
constexpr std::size_t kMaxCalls = 65'536;

// A decision without the unused room for candidates, which is most of it. Its bounded vectors copy
// only what is in use, so the language does not call it trivially copyable; but they hold nothing
// that is not, and point nowhere, so its bytes are all there is to it.
static_assert(std::is_trivially_copyable_v<core::Candidate> &&
              std::is_trivially_destructible_v<core::Decision>);
static_assert(offsetof(core::Decision, candidates) + sizeof(core::Decision::candidates) ==
              sizeof(core::Decision));
std::size_t used_bytes(const core::Decision& decision) {
  const auto& candidates = decision.candidates;
  return sizeof(core::Decision) -
         (candidates.capacity() - candidates.size()) * sizeof(core::Candidate);
}

template <class T>
void put(std::string& out, const T& value, std::size_t size = sizeof(T)) {
  out.append(reinterpret_cast<const char*>(&value), size);
}

}  // namespace

InputLogThread::InputLogThread(std::unique_ptr<InputLogWriter> writer, Options options)
    : writer_(std::move(writer)), options_(std::move(options)), status_(writer_->status()) {
  front_.bytes.reserve(options_.buffer_bytes);  // so that no append under the lock copies it all
  thread_ = std::thread([this] { run(); });
}

InputLogThread::~InputLogThread() { close(); }

void InputLogThread::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

InputLogStatus InputLogThread::status() const {
  const std::lock_guard lock(mutex_);
  InputLogStatus status = status_;
  status.lost_calls += lost_;
  return status;
}

// Says whether a call may be appended; counts it when not. REQUIRES: mutex_ is held.
bool InputLogThread::has_room(std::size_t bytes) {
  if (!overflowed_ && !stopped_ && !closing_ &&
      front_.bytes.size() + bytes <= options_.buffer_bytes && front_.calls.size() < kMaxCalls) {
    return true;
  }
  if (closing_) return false;
  if (!stopped_) overflowed_ = true;
  ++lost_;
  return false;
}

void InputLogThread::append(Head head, Decided decided) {
  const std::string_view path = head.facts.path;
  const std::string_view model = head.facts.model;
  const std::string_view data_class = head.facts.data_class;
  const std::string_view tenant = head.facts.tenant;
  head.path_bytes = static_cast<std::uint32_t>(path.size());
  head.model_bytes = static_cast<std::uint32_t>(model.size());
  head.data_class_bytes = static_cast<std::uint32_t>(data_class.size());
  head.tenant_bytes = static_cast<std::uint32_t>(tenant.size());
  head.decisions = static_cast<std::uint32_t>(decided.size());
  std::size_t bytes = sizeof(Head) + path.size() + model.size() + data_class.size() + tenant.size();
  for (const auto& decision : decided) bytes += used_bytes(decision);
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    const std::size_t before = front_.bytes.size();
    if (has_room(bytes)) {
      put(front_.bytes, head);
      front_.bytes.append(path);
      front_.bytes.append(model);
      front_.bytes.append(data_class);
      front_.bytes.append(tenant);
      for (const auto& decision : decided) put(front_.bytes, decision, used_bytes(decision));
    }
    const std::size_t quarter = options_.buffer_bytes / 4;
    wake = before < quarter && front_.bytes.size() >= quarter;
  }
  if (wake) wake_.notify_one();
}

void InputLogThread::append_call(std::function<void(InputSink&)> call) {
  Head head;
  head.kind = Kind::kCall;
  const std::lock_guard lock(mutex_);
  if (!has_room(sizeof(Head))) return;
  put(front_.bytes, head);
  front_.calls.push_back(std::move(call));
}

void InputLogThread::run() {
  Buffer back;
  back.bytes.reserve(options_.buffer_bytes);
  std::vector<core::Decision> decisions;
  const auto pause = std::chrono::nanoseconds(options_.flush_every.count());
  for (bool closing = false; !closing;) {
    bool overflowed = false;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, pause, [this] {
        return closing_ || overflowed_ || front_.bytes.size() >= options_.buffer_bytes / 4;
      });
      std::swap(front_, back);
      closing = closing_;
      overflowed = std::exchange(overflowed_, false);
      if (overflowed) stopped_ = true;  // what is in hand is the last that goes into the log
    }
    drain(back, *writer_, decisions);
    back.bytes.clear();
    back.calls.clear();
    if (overflowed) {
      writer_->stop(LogEnd::kOverflowed, 0);
    } else if (closing) {
      writer_->close();
    } else {
      writer_->flush();
    }
    std::string why;
    {
      const std::lock_guard lock(mutex_);
      const bool was_logging = status_.logging;
      status_ = writer_->status();
      if (!status_.logging && !closing) stopped_ = true;
      if (was_logging) why = status_.stopped_because;
    }
    if (!why.empty() && options_.on_stopped) options_.on_stopped(why);
  }
}

void InputLogThread::drain(const Buffer& buffer, InputSink& to,
                           std::vector<core::Decision>& decisions) {
  std::string_view left = buffer.bytes;
  const auto take = [&](void* into, std::size_t size) {
    std::memcpy(into, left.data(), size);
    left.remove_prefix(size);
  };
  const auto take_text = [&](std::size_t size) {
    const std::string_view text = left.substr(0, size);
    left.remove_prefix(size);
    return text;
  };
  std::size_t next_call = 0;
  while (!left.empty()) {
    Head head;
    take(&head, sizeof(Head));
    head.facts.path = take_text(head.path_bytes);
    head.facts.model = take_text(head.model_bytes);
    head.facts.data_class = take_text(head.data_class_bytes);
    head.facts.tenant = take_text(head.tenant_bytes);
    decisions.resize(head.decisions);
    for (auto& decision : decisions) {
      // The size is known once the number of candidates is.
      constexpr std::size_t kWithoutItems =
          sizeof(core::Decision) - sizeof(core::Candidate) * core::kMaxCandidates;
      auto* bytes = reinterpret_cast<char*>(&decision);
      take(bytes, kWithoutItems);
      take(bytes + kWithoutItems, decision.candidates.size() * sizeof(core::Candidate));
    }
    switch (head.kind) {
      case Kind::kView:
        to.router_view(head.version, head.now, decisions);
        break;
      case Kind::kRequest:
        to.router_request(head.id, head.facts, head.now, decisions);
        break;
      case Kind::kOutcome:
        to.router_outcome(head.id, head.outcome, head.now, decisions);
        break;
      case Kind::kBegun:
        to.router_answer_begun(head.id, head.outcome.endpoint, head.now, decisions);
        break;
      case Kind::kCancel:
        to.router_cancel(head.id, head.now, decisions);
        break;
      case Kind::kTimer:
        to.router_timer(head.now, decisions);
        break;
      case Kind::kDigest:
        to.router_digest(head.now);
        break;
      case Kind::kCall:
        buffer.calls[next_call++](to);
        break;
    }
  }
}

void InputLogThread::router_view(std::uint64_t version, TimePoint now, Decided decided) {
  Head head;
  head.kind = Kind::kView;
  head.now = now;
  head.version = version;
  append(head, decided);
}

void InputLogThread::router_request(RequestId id, const core::RequestFacts& facts, TimePoint now,
                                    Decided decided) {
  Head head;
  head.kind = Kind::kRequest;
  head.now = now;
  head.id = id;
  head.facts = facts;
  append(head, decided);
}

void InputLogThread::router_outcome(RequestId id, const core::Outcome& outcome, TimePoint now,
                                    Decided decided) {
  Head head;
  head.kind = Kind::kOutcome;
  head.now = now;
  head.id = id;
  head.outcome = outcome;
  append(head, decided);
}

void InputLogThread::router_answer_begun(RequestId id, EndpointId endpoint, TimePoint now,
                                         Decided decided) {
  Head head;
  head.kind = Kind::kBegun;
  head.now = now;
  head.id = id;
  head.outcome.endpoint = endpoint;
  append(head, decided);
}

void InputLogThread::router_cancel(RequestId id, TimePoint now, Decided decided) {
  Head head;
  head.kind = Kind::kCancel;
  head.now = now;
  head.id = id;
  append(head, decided);
}

void InputLogThread::router_timer(TimePoint now, Decided decided) {
  Head head;
  head.kind = Kind::kTimer;
  head.now = now;
  append(head, decided);
}

void InputLogThread::router_digest(TimePoint now) {
  Head head;
  head.kind = Kind::kDigest;
  head.now = now;
  append(head, {});
}

void InputLogThread::router_started(std::uint64_t seed) {
  append_call([seed](InputSink& to) { to.router_started(seed); });
}
void InputLogThread::controller_started(const core::FleetSpec& spec, TimePoint now) {
  append_call([spec, now](InputSink& to) { to.controller_started(spec, now); });
}
void InputLogThread::controller_signal(const core::Signal& signal, TimePoint now) {
  append_call([signal, now](InputSink& to) { to.controller_signal(signal, now); });
}
void InputLogThread::controller_digest(TimePoint now, std::uint64_t newer) {
  append_call([now, newer](InputSink& to) { to.controller_digest(now, newer); });
}
void InputLogThread::controller_spec(const core::FleetSpec& spec, TimePoint now) {
  append_call([spec, now](InputSink& to) { to.controller_spec(spec, now); });
}
void InputLogThread::controller_tick(TimePoint now, const core::Plan& plan) {
  append_call([plan, now](InputSink& to) { to.controller_tick(now, plan); });
}

}  // namespace signalbox::journal
