// SPDX-License-Identifier: Apache-2.0
//
// The inference server that stands behind every gateway of a comparison: one thread, several ports
// (so that there is something to balance), three kinds of answer by path. It does as little as it
// can, so that the gateway before it is the bottleneck even when it shares a core with the load.
#pragma once

#include <cstdint>
#include <memory>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "bench/gateway/sockets.h"

namespace signalbox::bench {

struct BackendOptions {
  std::vector<std::uint16_t> ports;  // 0: any
  int answer_bytes = 512;            // of a JSON answer's body
  int image_bytes = 1 << 20;
  int tokens = 100;
  std::int64_t token_interval_ns = 250'000'000;
  std::int64_t delay_ns = 0;  // before JSON and images are answered
};

class Backend {
 public:
  explicit Backend(BackendOptions options);
  std::vector<std::uint16_t> ports() const;
  // Serves until the process ends.
  [[noreturn]] void run();

 private:
  enum class Kind { kJson, kImage, kStream, kHealth };
  struct Connection {
    std::uint64_t number = 0;  // tells a timer that its descriptor belongs to somebody else by now
    std::string in;
    std::string own;       // storage of `out` when it is not one of the ready-made answers
    std::string_view out;  // what is still to be sent
    std::int64_t body_left = 0;
    bool chunked_body = false;
    bool answering = false;
    bool owes_more = false;  // a timer will go on with the answer
    bool wants_write = false;
    Kind kind = Kind::kJson;
    int next_token = 0;
  };
  struct Timer {
    std::int64_t due_ns;
    int fd;
    std::uint64_t number;
    bool operator>(const Timer& other) const { return due_ns > other.due_ns; }
  };

  void accept_all(int listener);
  void on_event(int fd, std::uint32_t events);
  void on_timer(const Timer& timer);
  // Takes whole requests off `in` until one is being answered. False: close.
  bool take_requests(int fd, Connection& connection);
  void begin_answer(int fd, Connection& connection);
  void send_next_token(int fd, Connection& connection);
  // Sends what the socket takes; the rest when it is writable. False: the client is gone.
  bool flush(int fd, Connection& connection);
  void close_connection(int fd);

  BackendOptions options_;
  std::string json_;
  std::string image_;
  std::vector<int> listeners_;
  Poller poller_;
  std::vector<std::unique_ptr<Connection>> connections_;  // by descriptor
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  std::uint64_t next_number_ = 1;
};

}  // namespace signalbox::bench
