// SPDX-License-Identifier: Apache-2.0
//
// nghttp2's callbacks are plain functions; each comes to a method here. What leaves is written to
// the owner's string: bodies from the stream's queue by the one copy there is.
#include "wire/http2_session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/assert.h"

namespace signalbox::wire {

namespace {

constexpr std::size_t kFrameHead = 9;
constexpr int kMaxInterims = 8;        // B49, as in HTTP/1
constexpr std::size_t kDribble = 16;   // of a client: DATA with less is not worth its frame
constexpr double kEarnedPerFrame = 2;  // a window update for the stream, one for the connection
constexpr double kBytesPerSmallFrame = 1024;
constexpr std::size_t kSpareStreams = 8;
constexpr std::array<std::uint8_t, 8> kDrainPing{'d', 'r', 'a', 'i', 'n', 'i', 'n', 'g'};

std::string_view text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
}

// The fields whose values come again on a connection. Only these go into the table of header
// compression: a value that is new each time pushes the others out, is compared with every one
// before it - and, where it is a secret, could be guessed from the sizes (RFC 7541 7.1).
bool comes_again(std::string_view name) {
  constexpr std::array<std::string_view, 16> kNames = {
      ":authority",   ":method",         ":path",         ":scheme",
      ":status",      "accept",          "server",        "te",
      "content-type", "accept-encoding", "grpc-encoding", "vary",
      "user-agent",   "cache-control",   "date",          "x-signalbox-unit",
  };
  return std::any_of(kNames.begin(), kNames.end(),
                     [name](std::string_view known) { return equals_ignoring_case(name, known); });
}

nghttp2_nv make_field(std::string_view name, std::string_view value) {
  const std::uint8_t flags = comes_again(name) ? NGHTTP2_NV_FLAG_NONE : NGHTTP2_NV_FLAG_NO_INDEX;
  return {bytes_of(name), bytes_of(value), name.size(), value.size(), flags};
}

void append_big_endian(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xffU);
}

// Reused by all sessions of a thread: submitting copies the fields out of it.
std::vector<nghttp2_nv>& field_list() {
  thread_local std::vector<nghttp2_nv> list;
  list.clear();
  return list;
}

}  // namespace

struct Http2Session::Callbacks {
  static Http2Session& self(void* user_data) { return *static_cast<Http2Session*>(user_data); }

  static int begin_frame(nghttp2_session*, const nghttp2_frame_hd* head, void* user_data) {
    self(user_data).on_begin_frame(head->stream_id, head->type, head->flags, head->length);
    return 0;
  }

  static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    return self(user_data).on_begin_request(frame->hd.stream_id)
               ? 0
               : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }

  static int header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                    std::uint8_t, void* user_data) {
    Http2Stream* const stream = self(user_data).find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    self(user_data).on_field(*stream, text(name, name_size), text(value, value_size));
    return 0;
  }

  // nghttp2 would drop such a field and let the message pass; other readers need not (B30).
  static int invalid_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t*,
                            std::size_t, const std::uint8_t*, std::size_t, std::uint8_t,
                            void* user_data) {
    self(user_data).head_pending_ = false;
    self(user_data).refuse(frame->hd.stream_id, Http2Code::kProtocolError);
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }

  static int frame_received(nghttp2_session* session, const nghttp2_frame* frame, void* user_data) {
    Http2Session& me = self(user_data);
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
      case NGHTTP2_DATA: {
        Http2Stream* const stream = self(user_data).find(frame->hd.stream_id);
        if (stream == nullptr) return 0;
        const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
        if (frame->hd.type == NGHTTP2_HEADERS) {
          me.head_pending_ = false;
          if (!stream->head_done_) {
            me.on_head(*stream, ends);
          } else if (!me.on_trailers(*stream)) {
            return 0;
          }
        }
        if (ends) me.on_end_stream(*stream);
        return 0;
      }
      case NGHTTP2_RST_STREAM:
        me.on_untimely_end(frame->hd.stream_id);
        return 0;
      case NGHTTP2_GOAWAY:
        me.listener_.on_goaway(frame->goaway.last_stream_id, Http2Code{frame->goaway.error_code});
        return 0;
      case NGHTTP2_PING:
        // The echo of our drain: whatever was sent before it has arrived.
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0 && me.draining_ &&
            std::equal(kDrainPing.begin(), kDrainPing.end(), frame->ping.opaque_data)) {
          nghttp2_submit_goaway(session, NGHTTP2_FLAG_NONE,
                                nghttp2_session_get_last_proc_stream_id(session), NGHTTP2_NO_ERROR,
                                nullptr, 0);
        }
        return 0;
      default:
        return 0;
    }
  }

  static int invalid_frame(nghttp2_session*, const nghttp2_frame* frame, int, void* user_data) {
    self(user_data).on_untimely_end(frame->hd.stream_id);
    return 0;
  }

  static int frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (!ends || (frame->hd.type != NGHTTP2_DATA && frame->hd.type != NGHTTP2_HEADERS)) return 0;
    if (Http2Stream* const stream = self(user_data).find(frame->hd.stream_id)) {
      self(user_data).on_answer_sent(*stream);
    }
    return 0;
  }

  static int data_chunk(nghttp2_session* session, std::uint8_t, std::int32_t id,
                        const std::uint8_t* bytes, std::size_t size, void* user_data) {
    Http2Stream* const stream = self(user_data).find(id);
    if (stream == nullptr) {
      nghttp2_session_consume_connection(session, size);
    } else {
      self(user_data).on_data_chunk(*stream, text(bytes, size));
    }
    return 0;
  }

  static int stream_close(nghttp2_session*, std::int32_t id, std::uint32_t code, void* user_data) {
    if (Http2Stream* const stream = self(user_data).find(id)) {
      self(user_data).on_stream_close(*stream, Http2Code{code});
    }
    return 0;
  }

  // How much the next DATA frame carries; write_data() moves it.
  static ssize_t read_length(nghttp2_session*, std::int32_t, std::uint8_t*, std::size_t most,
                             std::uint32_t* flags, nghttp2_data_source* source, void* user_data) {
    auto& stream = *static_cast<Http2Stream*>(source->ptr);
    const std::size_t size = std::min(most, stream.queued());
    if (size == stream.queued() && stream.end_queued_) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (!stream.trailer_sizes_.empty()) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        self(user_data).submit_trailers(stream);
      }
    } else if (size == 0) {
      stream.waiting_ = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    return static_cast<ssize_t>(size);
  }

  static int send_data(nghttp2_session*, nghttp2_frame*, const std::uint8_t* frame_head,
                       std::size_t length, nghttp2_data_source* source, void* user_data) {
    auto& stream = *static_cast<Http2Stream*>(source->ptr);
    return self(user_data).write_data(stream, frame_head, length) ? 0 : NGHTTP2_ERR_WOULDBLOCK;
  }

  static const nghttp2_session_callbacks* table() {
    static const nghttp2_session_callbacks* const made = [] {
      nghttp2_session_callbacks* callbacks = nullptr;
      SIGNALBOX_ASSERT(nghttp2_session_callbacks_new(&callbacks) == 0);
      nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, begin_frame);
      nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, begin_headers);
      nghttp2_session_callbacks_set_on_header_callback(callbacks, header);
      nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, invalid_header);
      nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frame_received);
      nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, invalid_frame);
      nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, frame_sent);
      nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, data_chunk);
      nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, stream_close);
      nghttp2_session_callbacks_set_send_data_callback(callbacks, send_data);
      return callbacks;
    }();
    return made;
  }
};

Http2Session::Http2Session(Http2Role role, Http2Listener& listener, const Http2Limits& limits)
    : role_(role),
      listener_(listener),
      limits_(limits),
      resets_(limits.resets_burst, limits.resets_per_s),
      small_frames_(limits.small_frames_burst, limits.small_frames_per_s) {
  nghttp2_option* option = nullptr;
  SIGNALBOX_ASSERT(nghttp2_option_new(&option) == 0);
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_peer_max_concurrent_streams(option, limits_.max_streams);
  // nghttp2 counts a CONTINUATION once for each piece in which its frame head (nine bytes) arrives,
  // so its bound depends on how the network cut it, and is the last resort; on_begin_frame() counts
  // frames.
  constexpr std::size_t kFrameHeadPieces = 9;
  nghttp2_option_set_max_continuations(option, limits_.max_continuations * kFrameHeadPieces);
  // These two are nghttp2's own budgets. The first reads a clock, so ours stands for it; the second
  // only bounds acknowledgements, and queued_frames() bounds everything.
  constexpr std::uint64_t kNever = std::uint64_t{1} << 48;
  nghttp2_option_set_stream_reset_rate_limit(option, kNever, kNever);
  nghttp2_option_set_max_outbound_ack(option, limits_.max_queued_frames);
  const auto make =
      role == Http2Role::kServer ? nghttp2_session_server_new2 : nghttp2_session_client_new2;
  SIGNALBOX_ASSERT(make(&session_, Callbacks::table(), this, option) == 0);
  nghttp2_option_del(option);

  // nghttp2 would end the connection over one stream too many; on_begin_request() refuses that
  // stream alone, so nghttp2 is told of no limit and collect() writes ours into the frame.
  std::vector<nghttp2_settings_entry> settings;
  if (role == Http2Role::kServer) {
    settings.push_back({NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 0x7fff'ffff});
  } else {
    settings.push_back({NGHTTP2_SETTINGS_ENABLE_PUSH, 0});
  }
  settings.push_back({NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits_.stream_window});
  settings.push_back(
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits_.head.max_head)});
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                        static_cast<std::int32_t>(limits_.connection_window));
}

Http2Session::~Http2Session() { nghttp2_session_del(session_); }

void Http2Session::receive(std::string_view bytes, TimePoint now) {
  now_ = now;
  if (failed_ || terminated_) return;
  const auto taken = nghttp2_session_mem_recv(session_, bytes_of(bytes), bytes.size());
  if (taken < 0) {
    fail(static_cast<int>(taken));
  } else if (queued_frames() > limits_.max_queued_frames) {
    terminate(Http2Code::kEnhanceYourCalm);
  }
}

// After such an error nghttp2 says nothing more, so its last words are written here.
void Http2Session::fail(int library_error) {
  Http2Code code = Http2Code::kInternalError;
  if (library_error == NGHTTP2_ERR_FLOODED || library_error == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS) {
    code = Http2Code::kEnhanceYourCalm;
  } else if (library_error == NGHTTP2_ERR_BAD_CLIENT_MAGIC) {
    code = Http2Code::kProtocolError;
  }
  failed_ = true;
  last_words_.assign({0, 0, 8, NGHTTP2_GOAWAY, 0, 0, 0, 0, 0});
  append_big_endian(last_words_,
                    static_cast<std::uint32_t>(nghttp2_session_get_last_proc_stream_id(session_)));
  append_big_endian(last_words_, static_cast<std::uint32_t>(code));
}

bool Http2Session::wants_write() const {
  return failed_ ? !last_words_.empty() : nghttp2_session_want_write(session_) != 0;
}

void Http2Session::collect(std::string& out, std::size_t at_most) {
  out_ = &out;
  out_limit_ = out.size() + at_most;
  while (!failed_ && out.size() < out_limit_) {
    const std::uint8_t* bytes = nullptr;
    const auto size = nghttp2_session_mem_send(session_, &bytes);
    if (size < 0) fail(static_cast<int>(size));
    if (size <= 0) break;
    const std::size_t at = out.size();
    out.append(text(bytes, static_cast<std::size_t>(size)));
    if (!settings_sent_ && role_ == Http2Role::kServer) {
      // The first frame is our SETTINGS, its first entry the limit of streams.
      std::string limit;
      append_big_endian(limit, limits_.max_streams);
      out.replace(at + kFrameHead + 2, limit.size(), limit);
    }
    settings_sent_ = true;
  }
  out_ = nullptr;
  if (failed_) out += std::exchange(last_words_, {});
  tell_sendable();
}

bool Http2Session::write_data(Http2Stream& stream, const std::uint8_t* frame_head,
                              std::size_t length) {
  if (out_->size() >= out_limit_) return false;
  out_->append(text(frame_head, kFrameHead));
  out_->append(stream.queue_, stream.sent_, length);
  stream.sent_ += length;
  small_frames_.earn(kEarnedPerFrame);
  if (stream.queued() == 0) {
    stream.queue_.clear();
    stream.sent_ = 0;
    if (!std::exchange(stream.tell_sendable_, true)) sendable_.push_back(&stream);
  }
  return true;
}

// From here the owner may queue more, which it must not do while nghttp2 is writing.
void Http2Session::tell_sendable() {
  for (std::size_t i = 0; i < sendable_.size(); ++i) {
    Http2Stream* const stream = sendable_[i];
    if (stream == nullptr) continue;
    stream->tell_sendable_ = false;
    sendable_[i] = nullptr;
    if (stream->told_ && !stream->closed_) listener_.on_sendable(*stream);
  }
  sendable_.clear();
}

bool Http2Session::listens() const {
  return !failed_ && !terminated_ && nghttp2_session_want_read(session_) != 0;
}

bool Http2Session::finished() const {
  return failed_ ? last_words_.empty() : nghttp2_session_want_read(session_) == 0 && !wants_write();
}

std::size_t Http2Session::queued_frames() const {
  return nghttp2_session_get_outbound_queue_size(session_);
}

bool Http2Session::can_open() const {
  return !failed_ && nghttp2_session_check_request_allowed(session_) != 0 &&
         open_ <
             nghttp2_session_get_remote_settings(session_, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
}

Http2Stream* Http2Session::submit_request(std::span<const OwnField> fields, bool ends) {
  SIGNALBOX_ASSERT(role_ == Http2Role::kClient);
  if (failed_ || nghttp2_session_check_request_allowed(session_) == 0) return nullptr;
  auto& list = field_list();
  for (const OwnField& field : fields) list.push_back(make_field(field.name, field.value));
  Http2Stream& stream = make_stream(0);
  nghttp2_data_provider body{{.ptr = &stream}, Callbacks::read_length};
  stream.id_ = nghttp2_submit_request(session_, nullptr, list.data(), list.size(),
                                      ends ? nullptr : &body, &stream);
  stream.known_ = stream.told_ = stream.answered_ = true;
  stream.end_queued_ = ends;
  stream.head_request_ = std::any_of(fields.begin(), fields.end(), [](const OwnField& field) {
    return field.name == ":method" && field.value == "HEAD";
  });
  if (stream.id_ > 0) return &stream;
  stream.closed_ = stream.released_ = true;
  --open_;
  recycle(stream);
  return nullptr;
}

void Http2Session::submit_response(Http2Stream& stream, int status,
                                   std::span<const OwnField> fields, bool ends) {
  if (stream.closed_ || failed_) return;
  SIGNALBOX_ASSERT(role_ == Http2Role::kServer && !stream.answered_);
  std::array<char, 8> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), status).ptr;
  auto& list = field_list();
  list.push_back(make_field(":status", {digits.data(), end}));
  for (const OwnField& field : fields) list.push_back(make_field(field.name, field.value));
  nghttp2_data_provider body{{.ptr = &stream}, Callbacks::read_length};
  nghttp2_submit_response(session_, stream.id_, list.data(), list.size(), ends ? nullptr : &body);
  stream.answered_ = true;
  stream.end_queued_ = ends;
}

void Http2Session::submit_interim(Http2Stream& stream, int status) {
  if (stream.closed_ || failed_ || stream.answered_) return;
  const std::string digits = std::to_string(status);
  const nghttp2_nv field = make_field(":status", digits);
  nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream.id_, nullptr, &field, 1, nullptr);
}

void Http2Session::send(Http2Stream& stream, std::string_view bytes) {
  if (stream.closed_ || bytes.empty()) return;
  SIGNALBOX_ASSERT(stream.answered_ && !stream.end_queued_);
  if (stream.sent_ > 0) {
    stream.queue_.erase(0, stream.sent_);
    stream.sent_ = 0;
  }
  stream.queue_ += bytes;
  if (std::exchange(stream.waiting_, false)) nghttp2_session_resume_data(session_, stream.id_);
}

void Http2Session::end(Http2Stream& stream, std::span<const OwnField> trailers) {
  if (stream.closed_) return;
  SIGNALBOX_ASSERT(stream.answered_ && !stream.end_queued_);
  stream.end_queued_ = true;
  for (const OwnField& field : trailers) {
    stream.trailer_text_.append(field.name).append(field.value);
    stream.trailer_sizes_.push_back(field.name.size());
    stream.trailer_sizes_.push_back(field.value.size());
  }
  if (std::exchange(stream.waiting_, false)) nghttp2_session_resume_data(session_, stream.id_);
}

void Http2Session::submit_trailers(Http2Stream& stream) {
  std::vector<nghttp2_nv> list;  // not field_list(): this runs while nghttp2 is writing
  std::string_view rest = stream.trailer_text_;
  for (std::size_t i = 0; i < stream.trailer_sizes_.size(); i += 2) {
    const std::size_t name = stream.trailer_sizes_[i], value = stream.trailer_sizes_[i + 1];
    list.push_back(make_field(rest.substr(0, name), rest.substr(name, value)));
    rest.remove_prefix(name + value);
  }
  nghttp2_submit_trailer(session_, stream.id_, list.data(), list.size());
}

void Http2Session::consumed(Http2Stream& stream, std::size_t bytes) {
  bytes = std::min(bytes, stream.unconsumed_);
  if (stream.closed_ || bytes == 0) return;
  stream.unconsumed_ -= bytes;
  nghttp2_session_consume(session_, stream.id_, bytes);
}

void Http2Session::reset(Http2Stream& stream, Http2Code code) {
  if (stream.closed_) return;
  stream.told_ = false;
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id_,
                            static_cast<std::uint32_t>(code));
}

void Http2Session::release(Http2Stream& stream) {
  SIGNALBOX_ASSERT(!stream.released_);
  stream.told_ = false;
  stream.released_ = true;
  consumed(stream, stream.unconsumed_);
  if (stream.closed_ && !stream.closing_) recycle(stream);
}

void Http2Session::shutdown() {
  if (failed_ || std::exchange(draining_, true)) return;
  if (role_ == Http2Role::kServer) {
    nghttp2_submit_shutdown_notice(session_);
    nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, kDrainPing.data());
  } else {
    nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, 0, NGHTTP2_NO_ERROR, nullptr, 0);
  }
}

void Http2Session::terminate(Http2Code code) {
  if (failed_ || std::exchange(terminated_, true)) return;
  nghttp2_session_terminate_session(session_, static_cast<std::uint32_t>(code));
}

void Http2Session::spend(Http2Budget& budget, double amount) {
  if (!budget.spend(amount, now_)) terminate(Http2Code::kEnhanceYourCalm);
}

// B29: nghttp2 takes these for streams that are over, and ignores them. For such a stream a client
// may have sent trailers before it heard of its end; on an id it passed over, never.
bool Http2Session::was_passed_over(std::int32_t id) const {
  return std::any_of(gaps_.begin(), gaps_.end(),
                     [id](const auto& gap) { return id >= gap.first && id <= gap.second; });
}

// B26, B33: frames that cost their sender nothing.
void Http2Session::on_begin_frame(std::int32_t id, std::uint8_t type, std::uint8_t flags,
                                  std::size_t length) {
  head_pending_ = type == NGHTTP2_HEADERS;
  switch (type) {
    case NGHTTP2_CONTINUATION:
      if (++continuations_ > limits_.max_continuations) terminate(Http2Code::kEnhanceYourCalm);
      break;
    case NGHTTP2_HEADERS:
      continuations_ = 0;
      if (id % 2 == 1 && was_passed_over(id)) terminate(Http2Code::kProtocolError);
      return;
    case NGHTTP2_RST_STREAM:
    case NGHTTP2_GOAWAY:
      return;
    case NGHTTP2_DATA:
      if (length >= (role_ == Http2Role::kServer ? kDribble : 1)) {
        small_frames_.earn(static_cast<double>(length) / kBytesPerSmallFrame);
        return;
      }
      if ((flags & NGHTTP2_FLAG_END_STREAM) != 0) return;
      break;
    default:
      break;
  }
  spend(small_frames_, 1);
}

bool Http2Session::on_begin_request(std::int32_t id) {
  if (id > last_id_ + 2) gaps_[next_gap_++ % gaps_.size()] = {last_id_ + 2, id - 2};
  last_id_ = id;
  if (open_ >= limits_.max_streams) {
    head_pending_ = false;
    refuse(id, Http2Code::kRefusedStream);
    return false;
  }
  Http2Stream& stream = make_stream(id);
  nghttp2_session_set_stream_user_data(session_, id, &stream);
  small_frames_.earn(kEarnedPerFrame);
  return true;
}

void Http2Session::on_field(Http2Stream& stream, std::string_view name, std::string_view value) {
  Http2Block& block = stream.head_done_ ? stream.trailer_block_ : stream.head_block_;
  block.add(name, value, limits_.head);
}

void Http2Session::on_head(Http2Stream& stream, bool ends) {
  ParseFailure failure;
  const bool server = role_ == Http2Role::kServer;
  const Http2Verdict verdict =
      server ? read_request(stream.head_block_, ends, stream.request_, stream.framing_, failure)
             : read_response(stream.head_block_, ends, stream.head_request_, stream.response_,
                             stream.framing_, failure);
  if (!server && verdict == Http2Verdict::kTaken && stream.response_.status < 200) {
    stream.head_block_.clear();
    if (++stream.interims_ <= kMaxInterims) return;
    failure = {502, "the unit sent too many interim responses"};
  } else if (verdict == Http2Verdict::kTaken) {
    stream.head_done_ = true;
    if (server) {
      stream.known_ = stream.told_ = true;
      listener_.on_request(stream, ends);
    } else if (stream.told_) {
      listener_.on_response(stream, ends);
    }
    return;
  }
  stream.head_done_ = true;
  if (verdict == Http2Verdict::kMalformed) {
    refuse(stream.id_, Http2Code::kProtocolError);
    return;
  }
  if (server) {
    stream.known_ = stream.told_ = true;
  } else {
    if (!stream.told_) return;
    reset(stream, Http2Code::kProtocolError);
  }
  listener_.on_refused(stream, failure);
}

bool Http2Session::on_trailers(Http2Stream& stream) {
  if (read_trailers(stream.trailer_block_, stream.trailers_) == Http2Verdict::kTaken) return true;
  stream.trailers_.clear();
  refuse(stream.id_, Http2Code::kProtocolError);
  return false;
}

void Http2Session::on_data_chunk(Http2Stream& stream, std::string_view bytes) {
  stream.unconsumed_ += bytes.size();
  if (stream.told_) {
    listener_.on_data(stream, bytes);
  } else {
    consumed(stream, bytes.size());
  }
}

void Http2Session::on_end_stream(Http2Stream& stream) {
  stream.ended_ = true;
  if (stream.told_) listener_.on_end(stream);
}

// B23, B24: one budget for the resets a peer sends and those it provokes.
void Http2Session::on_untimely_end(std::int32_t id) {
  if (Http2Stream* const stream = find(id)) {
    if (std::exchange(stream->charged_, true)) return;
  }
  if (role_ == Http2Role::kServer) spend(resets_, 1);
}

void Http2Session::refuse(std::int32_t id, Http2Code code) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, static_cast<std::uint32_t>(code));
  on_untimely_end(id);
}

// RFC 9113 8.1: a client whose answer is complete need not send the rest of its request.
void Http2Session::on_answer_sent(Http2Stream& stream) {
  if (role_ != Http2Role::kServer || stream.ended_) return;
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id_, NGHTTP2_NO_ERROR);
}

Http2Stream* Http2Session::find(std::int32_t id) const {
  return static_cast<Http2Stream*>(nghttp2_session_get_stream_user_data(session_, id));
}

void Http2Session::on_stream_close(Http2Stream& stream, Http2Code code) {
  // The connection's window outlives the stream's.
  if (const auto left = std::exchange(stream.unconsumed_, 0); left > 0) {
    nghttp2_session_consume_connection(session_, left);
  }
  stream.closed_ = true;
  --open_;
  if (stream.told_ && code != Http2Code::kNoError) on_untimely_end(stream.id_);
  stream.closing_ = true;
  if (std::exchange(stream.told_, false)) listener_.on_closed(stream, code);
  stream.closing_ = false;
  if (stream.released_ || !stream.known_) recycle(stream);
}

Http2Stream& Http2Session::make_stream(std::int32_t id) {
  if (spare_.empty()) spare_.push_back(std::make_unique<Http2Stream>());
  streams_.push_back(std::move(spare_.back()));
  spare_.pop_back();
  Http2Stream& stream = *streams_.back();
  stream.id_ = id;
  stream.index_ = streams_.size() - 1;
  ++open_;
  return stream;
}

void Http2Session::recycle(Http2Stream& stream) {
  if (stream.tell_sendable_)
    std::replace(sendable_.begin(), sendable_.end(), &stream, static_cast<Http2Stream*>(nullptr));
  const std::size_t index = stream.index_;
  std::unique_ptr<Http2Stream> freed = std::move(streams_[index]);
  if (index + 1 != streams_.size()) {
    streams_[index] = std::move(streams_.back());
    streams_[index]->index_ = index;
  }
  streams_.pop_back();
  if (spare_.size() >= kSpareStreams) return;
  freed->clear();
  spare_.push_back(std::move(freed));
}

}  // namespace signalbox::wire
