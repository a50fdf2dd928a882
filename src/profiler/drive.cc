// SPDX-License-Identifier: Apache-2.0
//
// A timer, a client, and a profiler between them; see drive.h.
#include "profiler/drive.h"

#include <utility>

#include "net/clock.h"

namespace signalbox::profiler {

Drive::Drive(asio::io_context& io, Destination destination, Question question, Profiler& profiler,
             std::function<void()> done)
    : destination_(std::move(destination)),
      question_(std::move(question)),
      profiler_(profiler),
      done_(std::move(done)),
      timer_(io),
      self_(std::make_shared<Drive*>(this)),
      client_(io) {}

Drive::~Drive() { client_.close(); }

void Drive::pump() {
  for (const Send& due : profiler_.poll(net::now())) send(due);
  if (profiler_.is_done()) {
    timer_.cancel();
    if (const auto done = std::exchange(done_, nullptr)) done();
    return;
  }
  await();
}

void Drive::send(const Send& due) {
  auto stream = std::make_shared<TokenStream>();
  http::CallOptions call = destination_.call;
  if (question_.task == Task::kChat) {
    call.on_body = [stream](std::string_view piece) { stream->feed(piece, net::now()); };
  }
  client_.call(
      destination_.address, request_of(question_, due), call,
      [this, stream, id = due.id](const Result<http::Response, http::ClientError>& answer) {
        profiler_.on_outcome(id, judge(question_, answer, *stream), net::now());
        pump();
      });
}

void Drive::await() {
  const auto deadline = profiler_.next_deadline();
  if (!deadline) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(*deadline - net::now());
  timer_.async_wait([weak = std::weak_ptr(self_)](error_code error) {
    const auto self = weak.lock();
    if (!error && self) (*self)->pump();
  });
}

}  // namespace signalbox::profiler
