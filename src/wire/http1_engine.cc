// SPDX-License-Identifier: Apache-2.0
//
// Beast is shown whole lines of a head and whole chunk lines only (http1_scan.h says why). That
// also keeps it clear of an assertion of its own, which a last chunk arriving byte by byte would
// trip.
#include "wire/http1_engine.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "wire/http1_rules.h"

namespace signalbox::wire {

namespace {

using boost::beast::error_code;
using boost::beast::http::error;

constexpr std::size_t kMaxMethod = 32;
constexpr int kMaxBlankLines = 2;  // some clients end a body with a line it does not count
constexpr int kMaxInterims = 8;

bool is_token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// True for a start line whose version is well formed ("HTTP/9.9"), so that only its value is wrong.
bool names_some_http_version(std::string_view start_line) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::size_t at = start_line.rfind("HTTP/");
  if (at == std::string_view::npos) return false;
  const std::string_view version = start_line.substr(at + 5);
  return version.size() >= 4 && is_digit(version[0]) && version[1] == '.' && is_digit(version[2]) &&
         version[3] == '\r';
}

}  // namespace

template <bool kIsRequest>
Engine<kIsRequest>::Engine(const ParserLimits& limits) : limits_(limits) {
  reset({});
}

template <bool kIsRequest>
void Engine<kIsRequest>::reset(Answering answering) {
  answering_ = answering;
  failure_.reset();
  started_ = head_done_ = done_ = false;
  interims_ = blank_lines_ = 0;
  trailers_ = 0;
  body_bytes_ = chunk_left_ = 0;
  after_chunk_ = false;
  restart_head();
}

template <bool kIsRequest>
void Engine<kIsRequest>::restart_head() {
  grammar_.emplace(*this);
  scanner_.reset();
  text_.clear();
  places_.clear();
  start_ = {};
  start_line_done_ = interim_ = false;
  head_bytes_ = 0;
}

template <bool kIsRequest>
auto Engine<kIsRequest>::head() const -> const Head& {
  SIGNALBOX_ASSERT(head_done_);
  return head_;
}

template <bool kIsRequest>
const Framing& Engine<kIsRequest>::framing() const {
  SIGNALBOX_ASSERT(head_done_);
  return framing_;
}

template <bool kIsRequest>
bool Engine<kIsRequest>::fail(int status, std::string message) {
  if (!failure_) failure_ = ParseFailure{own_status(status), std::move(message)};
  return false;
}

template <bool kIsRequest>
Result<std::size_t, ParseFailure> Engine<kIsRequest>::consume(std::string_view bytes) {
  std::size_t taken = 0;
  if (!failure_ && !head_done_) {
    taken = consume_head(bytes);
  } else {
    while (!failure_ && !done_ && taken < bytes.size()) {
      const std::size_t step = consume_body(bytes.substr(taken));
      if (step == 0) break;
      taken += step;
    }
  }
  if (failure_) return *failure_;
  return taken;
}

template <bool kIsRequest>
std::optional<ParseFailure> Engine<kIsRequest>::finish_eof() {
  if (failure_) return failure_;
  if (done_) return std::nullopt;
  if (!head_done_) {
    fail(400, started_ ? "the connection ended inside a head" : "the connection ended early");
  } else if (framing_.body != BodyKind::kUntilClose) {
    fail(400, "the connection ended inside a body");
  } else {
    error_code ec;
    grammar_->put_eof(ec);
    SIGNALBOX_ASSERT(!ec && done_);
  }
  return failure_;
}

// Verdicts that need not wait for the end of the start line, so that neither a TLS greeting nor an
// endless target has to be buffered first.
template <bool kIsRequest>
void Engine<kIsRequest>::check_start(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\n'));
  if constexpr (kIsRequest) {
    const std::size_t space = line.find(' ');
    if (!is_token_char(line.empty() ? '\n' : line.front())) {
      fail(400, "this is not HTTP/1");
    } else if (std::min(space, line.size()) > kMaxMethod) {
      fail(400, "the request line does not begin with a method");
    } else if (space != std::string_view::npos) {
      const std::size_t end = std::min(line.find(' ', space + 1), line.size());
      if (end - space - 1 > limits_.max_target) fail(414, "the target is too long");
    }
  } else if (!head.starts_with('H')) {
    fail(502, "this is not HTTP/1");
  }
}

template <bool kIsRequest>
std::size_t Engine<kIsRequest>::consume_head(std::string_view bytes) {
  std::size_t taken = 0;
  while (!failure_ && !head_done_) {
    std::string_view head = bytes.substr(taken);
    if (kIsRequest && !started_ && blank_lines_ < kMaxBlankLines && head.starts_with("\r\n")) {
      ++blank_lines_;
      taken += 2;
      continue;
    }
    if (head.empty() ||
        (kIsRequest && !started_ && blank_lines_ < kMaxBlankLines && head == "\r")) {
      break;
    }
    started_ = true;
    head = head.substr(0, limits_.max_head - head_bytes_);
    if (!start_line_done_) check_start(head);
    if (failure_) break;

    const HeadScanner::Step step = scanner_.scan(head);
    if (step.feed > 0) {
      const std::size_t fed = feed(head.substr(0, step.feed));
      // A start line cut short leaves Beast waiting for bytes that whole lines cannot bring.
      if (fed != step.take) fail(400, "the start line is malformed");
      if (failure_) break;
      scanner_.taken(fed);
      head_bytes_ += fed;
      taken += fed;
    }
    if (step.complete) {
      if (!interim_) {
        head_done_ = true;
      } else if (++interims_ > kMaxInterims) {
        fail(502, "too many interim responses");
      } else {
        restart_head();
      }
      continue;
    }
    if (step.fault != nullptr) {
      fail(400, step.fault);
    } else if (head_bytes_ + (head.size() - step.take) == limits_.max_head) {
      fail(431, "the head is too large");
    }
    break;
  }
  return taken;
}

template <bool kIsRequest>
std::size_t Engine<kIsRequest>::consume_body(std::string_view bytes) {
  if (framing_.body == BodyKind::kChunked && chunk_left_ == 0) return consume_chunked(bytes);
  return feed(bytes);
}

template <bool kIsRequest>
std::size_t Engine<kIsRequest>::consume_chunked(std::string_view bytes) {
  const ChunkScan scan = scan_chunk_line(bytes, after_chunk_);
  if (scan.fault != nullptr) {
    fail(scan.trailers_too_long ? 431 : 400, scan.fault);
    return 0;
  }
  if (scan.feed == 0) return 0;
  const std::size_t fed = feed(bytes.substr(0, scan.feed));
  if (!failure_ && fed != scan.feed) fail(400, "the line of a chunk is malformed");
  return fed;
}

// Shows bytes to the grammar and turns its errors into failures.
template <bool kIsRequest>
std::size_t Engine<kIsRequest>::feed(std::string_view bytes) {
  error_code ec;
  const std::size_t fed = grammar_->put(boost::asio::buffer(bytes.data(), bytes.size()), ec);
  if (!ec || ec == error::need_more) return fed;
  if (ec == error::bad_version && kIsRequest &&
      names_some_http_version(bytes.substr(0, bytes.find('\n')))) {
    fail(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
  } else {
    fail(400, "malformed HTTP/1: " + ec.message());
  }
  return fed;
}

template <bool kIsRequest>
std::string_view Engine<kIsRequest>::keep(std::string_view text, std::size_t& place) {
  place = text_.size();
  text_.append(text);
  return text;
}

template <bool kIsRequest>
bool Engine<kIsRequest>::on_request_line(std::string_view method, std::string_view target,
                                         int version) {
  start_line_done_ = true;
  if constexpr (kIsRequest) head_.version = version;
  start_.name_size = keep(method, start_.name).size();
  start_.value_size = keep(target, start_.value).size();
  return true;
}

template <bool kIsRequest>
bool Engine<kIsRequest>::on_status_line(int status, std::string_view reason, int version) {
  start_line_done_ = true;
  if (status < 100 || status > 599) return fail(502, "the status is outside 100 to 599");
  if (status == 101 && !answering_.upgrade) return fail(502, "the protocol was switched unasked");
  interim_ = status < 200 && status != 101;
  if constexpr (!kIsRequest) {
    head_.status = status;
    head_.version = version;
  }
  start_.value_size = keep(reason, start_.value).size();
  return true;
}

template <bool kIsRequest>
bool Engine<kIsRequest>::on_field(std::string_view name, std::string_view value) {
  if (head_done_) {
    if (++trailers_ > limits_.max_fields) return fail(431, "there are too many trailers");
    const auto refusal = refused_trailer(name);
    return refusal ? fail(400, std::string(*refusal)) : true;
  }
  if (places_.size() == limits_.max_fields) return fail(431, "there are too many fields");
  Place place{};
  place.name_size = keep(name, place.name).size();
  place.value_size = keep(value, place.value).size();
  places_.push_back(place);
  return true;
}

template <bool kIsRequest>
bool Engine<kIsRequest>::on_head() {
  if (interim_) return true;
  const std::string_view text = text_;
  head_.fields.clear();
  for (const Place& place : places_) {
    const std::string_view name = text.substr(place.name, place.name_size);
    head_.fields.push_back(
        {name, text.substr(place.value, place.value_size), classify_field(name)});
  }
  const auto checked = [&]() -> Result<Framing, ParseFailure> {
    if constexpr (kIsRequest) {
      head_.method = text.substr(start_.name, start_.name_size);
      head_.target = text.substr(start_.value, start_.value_size);
      return check_request(head_);
    } else {
      head_.reason = text.substr(start_.value, start_.value_size);
      return check_response(head_, answering_.head);
    }
  }();
  if (!checked.ok()) return fail(checked.error().status, checked.error().message);
  framing_ = *checked;
  if (framing_.body == BodyKind::kLength && framing_.length > limits_.max_body) {
    return fail(413, "the body is too large");
  }
  return true;
}

template <bool kIsRequest>
bool Engine<kIsRequest>::on_chunk(std::uint64_t size) {
  if (size > limits_.max_body - body_bytes_) return fail(413, "the body is too large");
  chunk_left_ = size;
  after_chunk_ = true;
  return true;
}

template <bool kIsRequest>
bool Engine<kIsRequest>::on_body(std::string_view piece) {
  // As much as there may be is told, however the stream was cut.
  const bool too_large = piece.size() > limits_.max_body - body_bytes_;
  if (too_large) piece = piece.substr(0, limits_.max_body - body_bytes_);
  body_bytes_ += piece.size();
  if (framing_.body == BodyKind::kChunked) chunk_left_ -= piece.size();
  if (sink && !piece.empty()) sink(piece);
  return too_large ? fail(413, "the body is too large") : true;
}

template <bool kIsRequest>
void Engine<kIsRequest>::on_done() {
  done_ = !interim_;
}

template class Engine<true>;
template class Engine<false>;

}  // namespace signalbox::wire
