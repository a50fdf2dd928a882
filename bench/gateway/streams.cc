// SPDX-License-Identifier: Apache-2.0
//
// See streams.h.
#include "bench/gateway/streams.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <unordered_map>

#include "bench/gateway/answer_reader.h"
#include "bench/gateway/token_stream.h"

namespace signalbox::bench {
namespace {

struct Stream {
  AnswerReader answer;
  TokenStreamReader tokens;
  bool asked = false;
  bool altered = false;
  std::int64_t asked_ns = 0;
};

class Streams {
 public:
  explicit Streams(const StreamsOptions& options) : options_(options) {}

  StreamsResult run() {
    const std::int64_t begin = now_ns();
    const std::int64_t give_up = begin + static_cast<std::int64_t>(options_.patience_s * 1e9);
    const std::int64_t gap_ns = 1'000'000'000 / std::max(options_.per_second, 1);
    std::int64_t next = begin;
    int opened = 0;
    while ((opened < options_.streams || !streams_.empty()) && now_ns() < give_up) {
      const bool all_opened = opened == options_.streams;
      for (const auto& event : poller_.wait(all_opened ? now_ns() + 100'000'000 : next)) {
        on_event(event.data.fd);
      }
      for (const std::int64_t now = now_ns(); opened < options_.streams && next <= now;) {
        open_one();
        ++opened;
        next += gap_ns;
      }
      result_.open_at_once = std::max(result_.open_at_once, static_cast<int>(streams_.size()));
    }
    result_.cut += static_cast<int>(streams_.size());
    for (const auto& [fd, stream] : streams_) close(fd);
    result_.seconds = static_cast<double>(now_ns() - begin) / 1e9;
    result_.expected_bytes = options_.streams * token_stream_bytes(options_.tokens);
    return std::move(result_);
  }

 private:
  void open_one() {
    const int fd = start_connect(options_.target.address, options_.target.port);
    if (fd < 0) {
      ++result_.refused;
      return;
    }
    streams_.emplace(fd, std::make_unique<Stream>());
    poller_.add(fd, EPOLLIN | EPOLLOUT);
  }

  void on_event(int fd) {
    Stream& stream = *streams_.at(fd);
    if (!stream.asked) return ask(fd, stream);
    char buffer[65536];
    const ssize_t count = recv(fd, buffer, sizeof buffer, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return end(fd, result_.cut);
    const std::int64_t now = now_ns();
    const auto state =
        stream.answer.read({buffer, static_cast<std::size_t>(count)}, [&](std::string_view piece) {
          result_.body_bytes += static_cast<std::int64_t>(piece.size());
          if (stream.answer.status() != 200) return;
          const bool good = stream.tokens.read(piece, options_.tokens, [&](std::int64_t sent_ns) {
            if (stream.tokens.tokens() == 0) result_.first_token.add(now - stream.asked_ns);
            result_.transit.add(now - sent_ns);
          });
          stream.altered = stream.altered || !good;
        });
    if (state == AnswerReader::State::kBroken || stream.altered) {
      return end(fd, result_.altered);
    }
    if (state != AnswerReader::State::kDone) return;
    if (stream.answer.status() != 200) return end(fd, result_.refused);
    end(fd, stream.tokens.done() ? result_.complete : result_.cut);
  }

  void ask(int fd, Stream& stream) {
    const auto& text = options_.request;
    const ssize_t sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(text.size())) return end(fd, result_.refused);
    stream.asked = true;
    stream.asked_ns = now_ns();
    poller_.change(fd, EPOLLIN);
  }

  void end(int fd, int& count) {
    ++count;
    streams_.erase(fd);
    close(fd);
  }

  const StreamsOptions& options_;
  Poller poller_;
  std::unordered_map<int, std::unique_ptr<Stream>> streams_;
  StreamsResult result_;
};

}  // namespace

StreamsResult run_streams(const StreamsOptions& options) { return Streams(options).run(); }

}  // namespace signalbox::bench
