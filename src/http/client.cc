// SPDX-License-Identifier: Apache-2.0
//
// A call is a small object that owns its timers and its link; the client's state owns the calls.
// Who ends a call takes it out of the state first, so every path ends it once.
#include "http/client.h"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "http/http2_call.h"
#include "http/link.h"
#include "wire/http1_message.h"

namespace signalbox::http {

namespace {

using asio::ip::tcp;

class Call;

std::string host_header(const core::Address& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return is_v6 ? "[" + address.host + "]:" + std::to_string(address.port)
               : core::to_string(address);
}

bool has_line_break(std::string_view text) { return text.find_first_of("\r\n") != text.npos; }

// Which links a call may use: to the same peer, and over TLS only those that asked for the same.
std::string pool_of(const std::string& peer, const net::TlsClient* tls,
                    const std::string& server_name) {
  if (tls == nullptr) return peer;
  return peer + " as " + server_name + " by " +
         std::to_string(reinterpret_cast<std::uintptr_t>(tls));
}

// The request as bytes; what the caller gave comes before what is set by default.
std::string to_bytes(const core::Address& address, const Request& request) {
  SIGNALBOX_ASSERT(!has_line_break(request.method) && !has_line_break(request.target));
  std::string out = request.method + " " + request.target + " HTTP/1.1\r\n";
  if (find_header(request.headers, "Host").empty()) {
    out += "Host: " + host_header(address) + "\r\n";
  }
  bool framed = false;
  for (const Header& header : request.headers) {
    SIGNALBOX_ASSERT(!has_line_break(header.name) && !has_line_break(header.value));
    const auto kind = wire::classify_field(header.name);
    framed |= kind == wire::FieldKind::kContentLength || kind == wire::FieldKind::kTransferEncoding;
    out += header.name + ": " + header.value + "\r\n";
  }
  const bool may_be_bodyless = request.method == "GET" || request.method == "HEAD" ||
                               request.method == "DELETE" || request.method == "OPTIONS";
  if (!framed && !(may_be_bodyless && request.body.empty())) {
    out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  return out + "\r\n" + request.body;
}

}  // namespace

struct Client::State {
  explicit State(asio::io_context& io_context) : io(io_context) {}

  asio::io_context& io;
  std::unordered_map<std::string, std::vector<std::shared_ptr<Link>>> idle;  // by pool_of()
  std::unordered_map<CallId, std::shared_ptr<Call>> calls;
  std::unordered_map<CallId, std::shared_ptr<Http2Call>> http2_calls;
  CallId last_id = 0;
  bool closed = false;

  std::shared_ptr<Link> take_idle(const std::string& pool);
};

namespace {

void put_idle(const std::shared_ptr<Client::State>& state, const std::string& pool,
              const std::shared_ptr<Link>& link) {
  state->idle[pool].push_back(link);
  link->watch([weak = std::weak_ptr(state), pool, lost = link.get()] {
    const auto client = weak.lock();
    if (!client) return;
    const auto at = client->idle.find(pool);
    if (at == client->idle.end()) return;
    std::erase_if(at->second, [lost](const auto& other) { return other.get() == lost; });
    if (at->second.empty()) client->idle.erase(at);
  });
}

class Call : public std::enable_shared_from_this<Call> {
 public:
  Call(const std::shared_ptr<Client::State>& client, CallId id, const core::Address& address,
       const Request& request, const CallOptions& options, Client::Done done)
      : client_(client),
        id_(id),
        address_(address),
        peer_(core::to_string(address)),
        server_name_(options.server_name.empty() ? address.host : options.server_name),
        pool_(pool_of(peer_, options.tls.get(), server_name_)),
        request_(to_bytes(address, request)),
        head_request_(request.method == "HEAD"),
        options_(options),
        done_(std::move(done)),
        deadline_(client->io),
        connect_deadline_(client->io),
        resolver_(client->io) {}

  void start() {
    arm(deadline_, options_.timeout,
        [](Call& call) { call.fail(ClientFailure::kTimeout, "did not answer in time"); });
    const auto client = client_.lock();
    if (auto link = client->take_idle(pool_)) {
      link_ = std::move(link);
      exchange(true);
    } else {
      connect();
    }
  }

  // Ends the call without telling anybody.
  void cancel() {
    done_ = nullptr;
    release();
  }

 private:
  template <class Action>
  void arm(asio::steady_timer& timer, Duration after, Action action) {
    timer.expires_after(after);
    timer.async_wait([weak = weak_from_this(), action](error_code ec) {
      const auto call = weak.lock();
      if (!ec && call && call->done_) action(*call);
    });
  }

  void connect() {
    const auto client = client_.lock();
    if (!client || client->closed) return;
    link_ = std::make_shared<Link>(client->io, peer_, options_.tls, server_name_);
    connecting_ = true;
    arm(connect_deadline_, options_.connect_timeout, [](Call& call) {
      if (call.connecting_) call.fail(ClientFailure::kConnect, "did not accept in time");
    });
    error_code ec;
    const auto ip = asio::ip::make_address(address_.host, ec);
    if (!ec) {
      return connect_to(
          tcp::resolver::results_type::create(tcp::endpoint(ip, address_.port), "", ""));
    }
    resolver_.async_resolve(
        address_.host, std::to_string(address_.port),
        [self = shared_from_this()](error_code failure, const tcp::resolver::results_type& found) {
          if (!self->done_) return;
          if (!failure) return self->connect_to(found);
          self->fail(ClientFailure::kConnect, "cannot be resolved: " + failure.message());
        });
  }

  void connect_to(const tcp::resolver::results_type& endpoints) {
    link_->connect(endpoints, [self = shared_from_this()](error_code ec) {
      if (!self->done_) return;
      self->connecting_ = false;
      self->connect_deadline_.cancel();
      if (!ec) return self->exchange(false);
      self->fail(ClientFailure::kConnect, "cannot be connected to: " + ec.message());
    });
  }

  void exchange(bool reused) {
    link_->exchange(request_, head_request_,
                    {options_.max_body, options_.on_body, options_.stream_body},
                    [self = shared_from_this(), reused](Link::Outcome outcome) {
                      if (!self->done_) return;
                      if (outcome.unanswered && reused) return self->connect();
                      self->end(std::move(outcome));
                    });
  }

  void end(Link::Outcome outcome) {
    const auto client = client_.lock();
    const auto link = std::exchange(link_, nullptr);
    if (outcome.reusable && client && !client->closed) put_idle(client, pool_, link);
    finish(std::move(outcome.answer));
  }

  void fail(ClientFailure kind, const std::string& what) {
    finish(ClientError{kind, peer_ + " " + what});
  }

  void finish(Result<Response, ClientError> answer) {
    const auto self = shared_from_this();
    const auto done = std::exchange(done_, nullptr);
    release();
    if (const auto client = client_.lock()) client->calls.erase(id_);
    done(std::move(answer));
  }

  void release() {
    deadline_.cancel();
    connect_deadline_.cancel();
    resolver_.cancel();
    if (const auto link = std::exchange(link_, nullptr)) link->close();
  }

  std::weak_ptr<Client::State> client_;
  const CallId id_;
  const core::Address address_;
  const std::string peer_;
  const std::string server_name_;
  const std::string pool_;
  const std::string request_;
  const bool head_request_;
  const CallOptions options_;
  Client::Done done_;  // empty once the call has ended
  asio::steady_timer deadline_;
  asio::steady_timer connect_deadline_;
  tcp::resolver resolver_;
  std::shared_ptr<Link> link_;
  bool connecting_ = false;
};

}  // namespace

// The most recently used link is the least likely to have been closed by the server.
std::shared_ptr<Link> Client::State::take_idle(const std::string& pool) {
  const auto at = idle.find(pool);
  if (at == idle.end()) return nullptr;
  auto link = std::move(at->second.back());
  at->second.pop_back();
  if (at->second.empty()) idle.erase(at);
  return link;
}

const char* to_string(ClientFailure kind) {
  switch (kind) {
    case ClientFailure::kConnect:
      return "connect";
    case ClientFailure::kTimeout:
      return "timeout";
    case ClientFailure::kReset:
      return "reset";
    case ClientFailure::kProtocol:
      return "protocol";
  }
  return "unknown";
}

Client::Client(asio::io_context& io) : state_(std::make_shared<State>(io)) {}

Client::~Client() { close(); }

CallId Client::call(const core::Address& address, const Request& request,
                    const CallOptions& options, Done done) {
  const CallId id = ++state_->last_id;
  if (state_->closed) return id;
  if (options.http2) {
    const auto call =
        std::make_shared<Http2Call>(state_->io, address, request, options,
                                    [weak = std::weak_ptr(state_), id,
                                     done = std::move(done)](Result<Response, ClientError> answer) {
                                      if (const auto client = weak.lock())
                                        client->http2_calls.erase(id);
                                      done(std::move(answer));
                                    });
    state_->http2_calls.emplace(id, call);
    call->start();
    return id;
  }
  const auto call = std::make_shared<Call>(state_, id, address, request, options, std::move(done));
  state_->calls.emplace(id, call);
  call->start();
  return id;
}

void Client::cancel(CallId id) {
  if (auto call = state_->calls.extract(id)) return call.mapped()->cancel();
  if (auto call = state_->http2_calls.extract(id)) call.mapped()->cancel();
}

void Client::close() {
  state_->closed = true;
  const auto calls = std::exchange(state_->calls, {});
  for (const auto& [id, call] : calls) call->cancel();
  for (const auto& [id, call] : std::exchange(state_->http2_calls, {})) call->cancel();
  const auto idle = std::exchange(state_->idle, {});
  for (const auto& [pool, links] : idle) {
    for (const auto& link : links) link->close();
  }
}

std::size_t Client::idle_connections() const {
  std::size_t count = 0;
  for (const auto& [pool, links] : state_->idle) count += links.size();
  return count;
}

std::size_t Client::calls_in_flight() const {
  return state_->calls.size() + state_->http2_calls.size();
}

Result<Response, ClientError> call_blocking(const core::Address& address, const Request& request,
                                            const CallOptions& options) {
  asio::io_context io(1);
  Client client(io);
  std::optional<Result<Response, ClientError>> answer;
  client.call(address, request, options, [&](Result<Response, ClientError> result) {
    answer = std::move(result);
    client.close();
  });
  io.run();
  SIGNALBOX_ASSERT(answer.has_value());
  return *std::move(answer);
}

}  // namespace signalbox::http
