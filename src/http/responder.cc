// SPDX-License-Identifier: Apache-2.0
//
// A handle on a connection that may be gone: every call looks first.
#include <utility>

#include "http/connection.h"
#include "http/server.h"

namespace signalbox::http {

Responder::Responder(const std::shared_ptr<Connection>& connection, std::uint64_t exchange)
    : connection_(connection), executor_(connection->executor()), exchange_(exchange) {}

void Responder::send(Response response) {
  if (const auto connection = connection_.lock()) connection->send(exchange_, std::move(response));
}

void Responder::start(int status, const std::vector<Header>& headers) {
  if (const auto connection = connection_.lock()) connection->start(exchange_, status, headers);
}

void Responder::write(std::string chunk) {
  if (const auto connection = connection_.lock()) connection->write(exchange_, std::move(chunk));
}

void Responder::finish() {
  if (const auto connection = connection_.lock()) connection->finish(exchange_);
}

std::size_t Responder::pending_bytes() const {
  const auto connection = connection_.lock();
  return connection ? connection->pending_bytes(exchange_) : 0;
}

void Responder::on_disconnect(std::function<void()> left) {
  if (client_left_) {
    asio::post(executor_, std::move(left));
  } else if (const auto connection = connection_.lock()) {
    connection->on_disconnect(exchange_, std::move(left));
  }
}

void Responder::reset() {
  if (const auto connection = connection_.lock()) connection->reset(exchange_);
}

}  // namespace signalbox::http
