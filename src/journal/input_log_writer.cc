// SPDX-License-Identifier: Apache-2.0
//
// Blocks into segments into a bounded directory; see input_log_writer.h.
#include "journal/input_log_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace signalbox::journal {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockBytes = 64U << 10U;
// Left free in a segment, besides one block, for the end mark.
constexpr std::uint64_t kEndBytes = 256;

}  // namespace

Result<std::unique_ptr<InputLogWriter>> InputLogWriter::open(InputLogOptions options) {
  std::error_code error;
  options.segments = std::max(options.segments, 1U);
  fs::create_directories(options.directory, error);
  if (error) {
    return Error{
        fmt::format("cannot make the directory {}: {}", options.directory, error.message())};
  }
  std::unique_ptr<InputLogWriter> writer(new InputLogWriter(std::move(options)));
  writer->name_ = log_name(writer->options_.started_unix_nanos);
  writer->status_.logging = true;
  if (!writer->next_segment()) return Error{writer->status_.stopped_because};
  writer->status_.first_segment = writer->path_;
  return writer;
}

InputLogWriter::~InputLogWriter() { close(); }

std::size_t InputLogWriter::block_bytes() const {
  return std::min(kBlockBytes, static_cast<std::size_t>(options_.segment_bytes / 8));
}

void InputLogWriter::fail(const std::string& what, int error) {
  file_.reset();
  block_.clear();
  status_.logging = false;
  status_.stopped_because = fmt::format("{}: {}", what, std::strerror(error));
}

bool InputLogWriter::write(std::string_view bytes) {
  errno = 0;
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) {
    fail(fmt::format("cannot write to {}", path_), errno);
    return false;
  }
  segment_bytes_ += bytes.size();
  status_.bytes += bytes.size();
  return true;
}

// One more segment within the bound: earlier logs go first and whole, since a log without its
// beginning is of little use; then, if that was asked for, the beginning of this one.
bool InputLogWriter::make_room() {
  for (;;) {
    const auto logs = find_logs(options_.directory);
    std::size_t present = 0;
    for (const auto& log : logs) present += log.segments.size();
    if (present < options_.segments) return true;
    const LogFiles& oldest = logs.front();
    std::error_code error;
    if (oldest.name != name_) {
      for (const auto& segment : oldest.segments) fs::remove(segment.path, error);
    } else if (options_.drop_oldest) {
      fs::remove(oldest.segments.front().path, error);
    } else {
      return false;
    }
    if (error) return false;
  }
}

bool InputLogWriter::next_segment() {
  if (!make_room()) {
    if (file_ == nullptr) {
      status_.logging = false;
      status_.stopped_because = fmt::format("{} is full and cannot be cleared", options_.directory);
    } else {
      end(LogEnd::kFull);
    }
    return false;
  }
  ++number_;
  segment_bytes_ = 0;
  path_ = segment_path(options_.directory, name_, number_);
  errno = 0;
  // "x": a file of that name is somebody's log.
  file_.reset(std::fopen(path_.c_str(), "wbx"));
  if (file_ == nullptr) {
    fail(fmt::format("cannot create {}", path_), errno);
    return false;
  }
  std::setvbuf(file_.get(), nullptr, _IONBF, 0);  // blocks are our buffer
  SegmentHeader header;
  header.number = number_;
  header.log = static_cast<std::uint64_t>(options_.started_unix_nanos);
  header.started_unix_nanos = options_.started_unix_nanos;
  if (!write(encode(header))) return false;
  if (number_ > 1) encoder_.begin_segment();
  return true;
}

void InputLogWriter::flush() {
  if (!status_.logging || block_.empty()) return;
  if (!write(block_header(block_)) || !write(block_)) return;
  block_.clear();
  if (segment_bytes_ + block_bytes() + kEndBytes > options_.segment_bytes) next_segment();
}

// The end mark goes into the reserve of the present segment.
void InputLogWriter::end(LogEnd why) {
  encoder_.check();
  encoder_.end(why);
  if (!write(block_header(block_)) || !write(block_)) return;
  block_.clear();
  file_.reset();
  status_.logging = false;
  if (why == LogEnd::kClosed) return;
  status_.stopped_because = why == LogEnd::kFull
                                ? fmt::format("{} segments of {} bytes are full", options_.segments,
                                              options_.segment_bytes)
                                : std::string(to_string(why));
}

void InputLogWriter::close() {
  flush();
  if (status_.logging) end(LogEnd::kClosed);
}

void InputLogWriter::stop(LogEnd why, std::uint64_t lost) {
  flush();
  if (status_.logging) end(why);
  status_.lost_calls += lost;
}

template <class Call>
void InputLogWriter::log(Call&& call) {
  if (!status_.logging) {
    if (!status_.stopped_because.empty()) ++status_.lost_calls;
    return;
  }
  call(encoder_);
  ++status_.calls;
  if (encoder_.totals().decisions - checked_decisions_ >= options_.check_every) {
    checked_decisions_ = encoder_.totals().decisions;
    encoder_.check();
  }
  if (block_.size() >= block_bytes()) flush();
}

void InputLogWriter::router_started(std::uint64_t seed) {
  log([&](InputSink& to) { to.router_started(seed); });
}
void InputLogWriter::controller_started(const core::FleetSpec& spec, TimePoint now) {
  log([&](InputSink& to) { to.controller_started(spec, now); });
}
void InputLogWriter::router_view(std::uint64_t version, TimePoint now, Decided decided) {
  log([&](InputSink& to) { to.router_view(version, now, decided); });
}
void InputLogWriter::router_request(RequestId id, const core::RequestFacts& facts, TimePoint now,
                                    Decided decided) {
  log([&](InputSink& to) {
    to.router_request(id, facts, now, decided);
    ++status_.requests;
  });
}
void InputLogWriter::router_outcome(RequestId id, const core::Outcome& outcome, TimePoint now,
                                    Decided decided) {
  log([&](InputSink& to) { to.router_outcome(id, outcome, now, decided); });
}
void InputLogWriter::router_answer_begun(RequestId id, EndpointId endpoint, TimePoint now,
                                         Decided decided) {
  log([&](InputSink& to) { to.router_answer_begun(id, endpoint, now, decided); });
}
void InputLogWriter::router_cancel(RequestId id, TimePoint now, Decided decided) {
  log([&](InputSink& to) { to.router_cancel(id, now, decided); });
}
void InputLogWriter::router_timer(TimePoint now, Decided decided) {
  log([&](InputSink& to) { to.router_timer(now, decided); });
}
void InputLogWriter::router_digest(TimePoint now) {
  log([&](InputSink& to) { to.router_digest(now); });
}
void InputLogWriter::controller_signal(const core::Signal& signal, TimePoint now) {
  log([&](InputSink& to) { to.controller_signal(signal, now); });
}
void InputLogWriter::controller_digest(TimePoint now, std::uint64_t newer) {
  log([&](InputSink& to) { to.controller_digest(now, newer); });
}
void InputLogWriter::controller_spec(const core::FleetSpec& spec, TimePoint now) {
  log([&](InputSink& to) { to.controller_spec(spec, now); });
}
void InputLogWriter::controller_tick(TimePoint now, const core::Plan& plan) {
  log([&](InputSink& to) { to.controller_tick(now, plan); });
}

}  // namespace signalbox::journal
