// SPDX-License-Identifier: Apache-2.0
#include "link/link_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "link/link_server.h"

namespace signalbox::link {

namespace {

asio::steady_timer::duration timer_time(Duration time) {
  return std::chrono::duration_cast<asio::steady_timer::duration>(time);
}

// "10.1.2.3:9903" or "[::1]:9903"; anything else names nobody.
std::optional<core::Address> parse_leader(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || text.size() - colon > 6) return std::nullopt;
  std::string host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  int port = 0;
  for (const char c : text.substr(colon + 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    port = port * 10 + (c - '0');
  }
  if (host.empty() || port < 1 || port > 65535) return std::nullopt;
  return core::Address{host, static_cast<std::uint16_t>(port)};
}

}  // namespace

LinkClient::LinkClient(asio::io_context& io, LinkClientOptions options, Ports ports)
    : io_(io),
      options_(std::move(options)),
      ports_(std::move(ports)),
      prng_(options_.router.value),
      leased_([this] { return ports_.digest(); }),
      resolver_(io),
      backoff_(options_.least_backoff),
      beat_(io),
      soon_(io),
      retry_(io),
      self_(std::make_shared<LinkClient*>(this)) {}

LinkClient::~LinkClient() {
  self_.reset();
  if (call_) call_->cancel();
}

void LinkClient::start() {
  resolve();
  await_report();
}

void LinkClient::stop(bool drained, std::function<void()> done) {
  stopped_ = true;
  beat_.cancel();
  soon_.cancel();
  retry_.cancel();
  resolver_.cancel();
  if (!call_ || !drained || !heard_here_) {
    drop_call();
    return done();
  }
  send_report();
  v1::FromGateway message;
  message.mutable_goodbye();
  call_->send(message.SerializeAsString());
  call_->close_send();
  // The controller ends the call once it has heard; if it does not, no more is to be said.
  constexpr auto kPatience = std::chrono::seconds(1);
  const auto said = std::make_shared<std::function<void()>>(std::move(done));
  retry_.expires_after(kPatience);
  retry_.async_wait([weak = std::weak_ptr(self_), said](const error_code&) {
    if (const auto self = weak.lock()) (*self)->drop_call();
    (*said)();
  });
}

std::optional<Duration> LinkClient::view_age() const {
  if (!heard_view_) return std::nullopt;
  return options_.now() - *heard_view_;
}

// ---- finding the one that leads ----

void LinkClient::resolve() {
  if (stopped_) return;
  followed_hint_ = false;
  resolver_.async_resolve(
      options_.control.host, std::to_string(options_.control.port),
      [weak = std::weak_ptr(self_)](const error_code& error, const auto& found) {
        const auto client = weak.lock();
        if (!client || (*client)->stopped_) return;
        LinkClient& self = **client;
        self.addresses_.clear();
        for (const auto& entry : found) {
          const auto endpoint = entry.endpoint();
          self.addresses_.push_back({endpoint.address().to_string(), endpoint.port()});
        }
        for (std::size_t i = self.addresses_.size(); i > 1; --i) {
          std::swap(self.addresses_[i - 1], self.addresses_[self.prng_.below(i)]);
        }
        if (error)
          self.last_failure_ = core::to_string(self.options_.control) + ": " + error.message();
        self.try_next();
      });
}

void LinkClient::try_next() {
  if (stopped_) return;
  if (leader_ && !std::exchange(followed_hint_, true)) {
    calling_ = *std::exchange(leader_, std::nullopt);
  } else if (addresses_.empty()) {
    return retry_later();
  } else {
    calling_ = addresses_.back();
    addresses_.pop_back();
  }
  views_.forget();
  reports_ = ReportEncoder();
  heard_here_ = asked_for_whole_ = false;
  heard_ = options_.now();
  http::GrpcCallOptions options;
  options.tls = options_.tls;
  // What a certificate says is the name that was configured, not the address it stood for.
  options.server_name = options_.server_name.empty() ? options_.control.host : options_.server_name;
  const std::weak_ptr<LinkClient*> weak(self_);
  call_ = http::GrpcClientCall::start(io_, calling_, kFollowMethod, options,
                                      {.on_open = {},
                                       .on_message =
                                           [weak](std::string_view bytes) {
                                             if (const auto client = weak.lock())
                                               (*client)->on_message(bytes);
                                           },
                                       .on_end =
                                           [weak](const wire::GrpcStatus& status) {
                                             if (const auto client = weak.lock())
                                               (*client)->on_end(status);
                                           }});
  v1::FromGateway message;
  v1::Hello& hello = *message.mutable_hello();
  hello.set_router(options_.router.value);
  hello.set_name(options_.name);
  hello.set_observer(options_.observer);
  *hello.mutable_held() = encode(leases_);
  *hello.mutable_report() = report();
  call_->send(message.SerializeAsString());
}

void LinkClient::retry_later() {
  if (!std::exchange(told_of_loss_, true)) {
    tell("no controller leads at " + core::to_string(options_.control) + ": " + last_failure_ +
         (fleet_ ? "; requests go on by the last view" : ""));
  }
  // Jitter, so that gateways which lost the same controller do not come back at once.
  retry_.expires_after(timer_time(scale(backoff_, 0.5 + 0.5 * prng_.uniform())));
  backoff_ = std::min(2 * backoff_, options_.most_backoff);
  retry_.async_wait([weak = std::weak_ptr(self_)](const error_code& cancelled) {
    const auto client = weak.lock();
    if (!cancelled && client) (*client)->resolve();
  });
}

void LinkClient::on_end(const wire::GrpcStatus& status) {
  if (stopped_) {
    retry_.cancel();
    return;
  }
  lose(core::to_string(calling_) + ": " + status.message);
}

void LinkClient::lose(const std::string& why) {
  drop_call();
  last_failure_ = why;
  if (std::exchange(heard_here_, false)) {
    tell("the controller at " + core::to_string(calling_) + " was lost: " + why +
         "; requests go on by the last view");
    told_of_loss_ = true;
    addresses_.clear();  // it leads no more, perhaps: all are asked again
    return retry_later();
  }
  try_next();
}

void LinkClient::drop_call() {
  if (call_) std::exchange(call_, nullptr)->cancel();
}

// ---- hearing ----

void LinkClient::on_message(std::string_view bytes) {
  heard_ = options_.now();
  v1::ToGateway message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return lose("it said what is no message of the link");
  }
  hear(message);
}

void LinkClient::hear(const v1::ToGateway& message) {
  if (!message.leader().empty()) leader_ = parse_leader(message.leader());
  if (message.has_spec() && !hear_spec(message.spec())) return;
  const bool has_view = message.has_view() && hear_view(message.view());
  const bool has_leases = message.has_leases() && hear_leases(message.leases());
  if (!call_ || (!has_view && !has_leases) || !fleet_) return;
  if (!std::exchange(heard_here_, true)) {
    controller_ = core::to_string(calling_);
    backoff_ = options_.least_backoff;
    if (std::exchange(told_of_loss_, false)) tell("the controller at " + controller_ + " leads");
  }
  publish();
  // New leases are acknowledged at once: others wait for what they gave up.
  if (has_leases) send_report();
}

bool LinkClient::hear_spec(const v1::Spec& spec) {
  auto parsed = ports_.parse(spec.text());
  if (!parsed.ok()) {
    lose("its configuration cannot be used here: " + parsed.error().message);
    return false;
  }
  spec_ = std::move(*parsed);
  spec_version_ = spec.version();
  return true;
}

bool LinkClient::hear_view(const v1::View& view) {
  if (!spec_ || view.spec() != spec_version_) {
    ask_for_whole("it goes by a configuration that was not told");
    return false;
  }
  auto next = views_.take(view, spec_, options_.now());
  if (!next.ok()) {
    // A whole that makes no sense would make none the second time: after a rest, somebody else.
    if (view.base() == 0) {
      lose("its fleet makes no sense: " + next.error().message);
    } else {
      ask_for_whole(next.error().message);
    }
    return false;
  }
  asked_for_whole_ = false;
  fleet_ = std::move(*next);
  heard_view_ = options_.now();
  return true;
}

bool LinkClient::hear_leases(const v1::Leases& leases) {
  auto table = decode(leases);
  if (!table.ok()) {
    lose("its leases make no sense: " + table.error().message);
    return false;
  }
  if (table->version <= leases_.version) return false;
  leases_ = std::move(*table);
  return true;
}

void LinkClient::ask_for_whole(const std::string& why) {
  if (!call_ || std::exchange(asked_for_whole_, true)) return;
  tell("the whole fleet is asked for again: " + why);
  v1::FromGateway message;
  message.mutable_snapshot();
  call_->send(message.SerializeAsString());
}

void LinkClient::publish() {
  ports_.publish(options_.observer ? fleet_ : leased_.combine(*fleet_, leases_));
}

// ---- reporting ----

v1::Report LinkClient::report() {
  core::RouterDigest digest = options_.observer ? core::RouterDigest() : ports_.digest();
  // Versions of another controller's views say nothing to this one.
  if (!heard_here_) digest.view_version = 0;
  // Before the first view the Router has none to obey by; what we hold is what we say.
  if (!fleet_) digest.leases_version = leases_.version;
  return reports_.encode(digest, fleet_ && !options_.observer ? spec_version_ : 0);
}

void LinkClient::send_report() {
  if (!call_) return;
  reported_ = options_.now();
  v1::FromGateway message;
  *message.mutable_report() = report();
  call_->send(message.SerializeAsString());
}

void LinkClient::begins_to_hold() {
  if (!heard_here_ || std::exchange(report_pending_, true)) return;
  const Duration wait = reported_ + options_.report_pause - options_.now();
  soon_.expires_after(timer_time(std::max(Duration::zero(), wait)));
  soon_.async_wait([weak = std::weak_ptr(self_)](const error_code& cancelled) {
    const auto client = weak.lock();
    if (!client) return;
    (*client)->report_pending_ = false;
    if (!cancelled) (*client)->send_report();
  });
}

void LinkClient::await_report() {
  beat_.expires_after(timer_time(options_.report));
  beat_.async_wait([weak = std::weak_ptr(self_)](const error_code& cancelled) {
    const auto client = weak.lock();
    if (cancelled || !client) return;
    LinkClient& self = **client;
    if (self.call_ && self.options_.now() >= self.heard_ + self.options_.silence) {
      self.lose("nothing was heard of it for a while");
    } else if (self.heard_here_) {
      self.send_report();
    }
    self.await_report();
  });
}

}  // namespace signalbox::link
