// SPDX-License-Identifier: Apache-2.0
#include "link/member.h"

#include <utility>

namespace signalbox::link {

namespace {

// So much waiting for a gateway that does not read: the whole, later, is less.
constexpr std::size_t kMostQueued = 4UL * 1024 * 1024;

}  // namespace

Member::Member(std::shared_ptr<http::GrpcCall> call, std::weak_ptr<LinkServer*> server)
    : call_(std::move(call)), server_(std::move(server)) {
  if (LinkServer* const owner = this->server()) owner->members_.push_back(this);
}

Member::~Member() {
  if (LinkServer* const owner = server()) std::erase(owner->members_, this);
}

LinkServer* Member::server() const {
  const auto owner = server_.lock();
  return owner ? *owner : nullptr;
}

void Member::tell(const v1::ToGateway& message) {
  if (call_->queued() > kMostQueued) {
    behind_ = lost = true;
    return;
  }
  call_->send(message.SerializeAsString());
}

bool Member::wants_whole() const { return greeted && lost && !behind_; }

void Member::end(wire::GrpcCode code, const std::string& why) {
  greeted = false;
  call_->finish({code, why});
}

bool Member::on_message(std::string_view bytes) {
  LinkServer* const owner = server();
  if (owner == nullptr || call_->over()) return true;
  v1::FromGateway message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    owner->retire(*this, false);
    end(wire::GrpcCode::kInvalidArgument, "this is no message of the link");
    return true;
  }
  heard = owner->options_.now();
  if (message.has_hello() == greeted && (message.has_hello() || message.has_report())) {
    owner->retire(*this, false);
    end(wire::GrpcCode::kFailedPrecondition, "a call begins with one hello, and reports follow");
  } else if (message.has_hello()) {
    owner->greet(*this, message.hello());
  } else if (message.has_report()) {
    owner->take(*this, message.report());
  } else if (message.has_snapshot()) {
    lost = true;
    if (wants_whole()) owner->tell_whole(*this);
  } else if (message.has_goodbye()) {
    owner->retire(*this, true);
    end(wire::GrpcCode::kOk, "");
  }
  return true;
}

void Member::on_end() {
  if (LinkServer* const owner = server()) owner->retire(*this, false);
  end(wire::GrpcCode::kOk, "");
}

void Member::on_sendable() {
  behind_ = false;
  LinkServer* const owner = server();
  if (owner != nullptr && wants_whole()) owner->tell_whole(*this);
}

void Member::on_cancelled() {
  if (LinkServer* const owner = server()) owner->retire(*this, false);
  greeted = false;
}

}  // namespace signalbox::link
