// SPDX-License-Identifier: Apache-2.0
#include "link/link_server.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "link/member.h"

namespace signalbox::link {

namespace {

constexpr std::size_t kSpecsKept = 4;

http::GrpcLimits limits() {
  http::GrpcLimits limits;
  limits.max_message = 16UL * 1024 * 1024;
  return limits;
}

asio::steady_timer::duration timer_time(Duration time) {
  return std::chrono::duration_cast<asio::steady_timer::duration>(time);
}

}  // namespace

LinkServer::LinkServer(asio::io_context& io, LinkServerOptions options)
    : io_(io),
      options_(std::move(options)),
      local_view_([this] { return local_->digest(); }),
      division_(io),
      watch_(io),
      self_(std::make_shared<LinkServer*>(this)),
      server_(io, limits(), options_.tls) {
  server_.on(kFollowMethod, [weak = std::weak_ptr(self_)](std::shared_ptr<http::GrpcCall> call) {
    return std::make_unique<Member>(std::move(call), weak);
  });
  watch();
}

LinkServer::~LinkServer() { self_.reset(); }

void LinkServer::close() {
  division_.cancel();
  watch_.cancel();
  for (Member* const member : members()) {
    retire(*member, false);
    member->end(wire::GrpcCode::kUnavailable, "this controller ends");
  }
  server_.close();
}

std::vector<Member*> LinkServer::members() const { return members_; }

Member* LinkServer::connected(RouterId id) const {
  for (Member* const member : members_) {
    if (member->greeted && !member->observer && member->id == id) return member;
  }
  return nullptr;
}

// ---- who leads ----

void LinkServer::lead() {
  if (leading()) return;
  const TimePoint now = options_.now();
  leader_.clear();
  book_.emplace(now, options_.leases);
  merged_.reset();
  names_.clear();
  if (view_) {
    book_->on_view(*view_, now);
    merged_.emplace(view_->spec);
  }
  if (local_) book_->join(local_id_, {}, local_->digest(), now);
  divide_when_due();
}

void LinkServer::follow(std::string leader) {
  leader_ = std::move(leader);
  if (!leading()) return;
  book_.reset();
  merged_.reset();
  // Should this one lead again, its fleet of now would be an old one.
  view_.reset();
  division_.cancel();
  for (Member* const member : members()) {
    if (member->greeted) refuse(*member);
  }
}

void LinkServer::refuse(Member& member) const {
  v1::ToGateway message;
  message.set_leader(leader_);
  member.tell(message);
  member.end(wire::GrpcCode::kUnavailable,
             leader_.empty() ? "this controller does not lead" : "the controller is " + leader_);
}

// ---- what is told ----

void LinkServer::set_spec(std::string text) {
  spec_version_ = spec_version(text);
  spec_text_ = std::move(text);
}

void LinkServer::publish(std::shared_ptr<const core::FleetView> view) {
  SIGNALBOX_ASSERT(spec_version_ != 0);
  const TimePoint now = options_.now();
  const bool is_first = view_ == nullptr;
  view_ = std::move(view);
  if (specs_.empty() || specs_.back().second != view_->spec) {
    specs_.emplace_back(spec_version_, view_->spec);
    if (specs_.size() > kSpecsKept) specs_.pop_front();
  }
  const auto change = encoder_.advance(*view_, spec_version_);
  if (!leading()) return;
  if (!merged_) merged_.emplace(view_->spec);
  merged_->adopt(view_->spec);
  book_->on_view(*view_, now);
  for (Member* const member : members()) {
    if (!member->greeted) continue;
    if (is_first || !change || member->knows_spec != spec_version_) member->lost = true;
    if (member->wants_whole()) {
      tell_whole(*member);
    } else if (!member->lost) {
      v1::ToGateway message;
      *message.mutable_view() = *change;
      member->tell(message);
    }
  }
  if (local_) count(local_id_, local_->digest(), spec_version_);
  publish_here();
  divide_when_due();
}

void LinkServer::tell_whole(Member& member) {
  if (!view_) return;
  v1::ToGateway message;
  if (member.knows_spec != spec_version_) {
    message.mutable_spec()->set_version(spec_version_);
    message.mutable_spec()->set_text(spec_text_);
    member.knows_spec = spec_version_;
  }
  *message.mutable_view() = encoder_.snapshot();
  if (!member.observer && book_->knows(member.id)) {
    *message.mutable_leases() = encode(book_->leases(member.id));
  }
  member.lost = false;
  member.tell(message);
}

void LinkServer::publish_here() {
  if (local_ && view_) local_->publish(local_view_.combine(*view_, book_->leases(local_id_)));
}

// ---- what is heard ----

void LinkServer::greet(Member& member, const v1::Hello& hello) {
  if (!leading()) return refuse(member);
  auto held = decode(hello.held());
  if (!held.ok()) return member.end(wire::GrpcCode::kInvalidArgument, held.error().message);
  member.id = RouterId(hello.router());
  member.name = hello.name();
  member.observer = hello.observer();
  if (Member* const earlier = connected(member.id)) {
    earlier->end(wire::GrpcCode::kAborted, "the same gateway connected anew");
  }
  member.greeted = true;
  const auto& digest = member.reports.take(hello.report(), member.heard);
  if (!member.observer) {
    names_[member.id] = member.name;
    book_->join(member.id, *held, present(digest, hello.report().spec()), member.heard);
    count(member.id, digest, hello.report().spec());
    tell(fmt::format("gateway {} connected; {} in all", member.name, status().gateways));
  }
  member.knows_spec = hello.report().spec();
  tell_whole(member);
  divide_when_due();
}

void LinkServer::take(Member& member, const v1::Report& report) {
  if (member.observer || !leading()) return;
  count(member.id, member.reports.take(report, member.heard), report.spec());
  divide_when_due();
}

core::RouterDigest LinkServer::present(const core::RouterDigest& digest, std::uint64_t spec) const {
  const auto known = std::find_if(specs_.rbegin(), specs_.rend(),
                                  [spec](const auto& each) { return each.first == spec; });
  const bool fits = known != specs_.rend() &&
                    digest.services.size() == known->second->services.size() &&
                    digest.units.size() == known->second->units.size();
  if (fits && view_ && known->second == view_->spec) return digest;
  if (fits && view_) return core::renumbered(digest, *known->second, *view_->spec);
  core::RouterDigest bare;
  bare.at = digest.at;
  bare.leases_version = digest.leases_version;
  bare.endpoints = digest.endpoints;
  if (view_) {
    bare.services.resize(view_->spec->services.size());
    bare.units.resize(view_->spec->units.size());
  }
  return bare;
}

void LinkServer::count(RouterId id, const core::RouterDigest& digest, std::uint64_t spec) {
  const core::RouterDigest by_our_ids = present(digest, spec);
  book_->on_report(id, by_our_ids, options_.now());
  const bool has_counts = std::any_of(specs_.begin(), specs_.end(),
                                      [spec](const auto& each) { return each.first == spec; });
  if (has_counts && merged_) merged_->report(id, by_our_ids);
}

void LinkServer::retire(Member& member, bool in_order) {
  if (!member.greeted || member.observer || !leading()) return;
  if (connected(member.id) != &member) return;
  if (in_order) {
    book_->forget(member.id);
    if (merged_) merged_->leave(member.id);
    names_.erase(member.id);
    tell(fmt::format("gateway {} left", member.name));
  } else {
    book_->lose(member.id, options_.now());
    tell(fmt::format("gateway {} is not connected any more; it keeps its leases for {} s",
                     member.name, to_seconds(options_.leases.lease_time)));
  }
  divide_when_due();
}

void LinkServer::forget(const std::string& name) {
  if (!leading()) return;
  std::erase_if(names_, [&](const auto& each) {
    if (each.second != name || connected(each.first) != nullptr) return false;
    book_->forget(each.first);
    if (merged_) merged_->leave(each.first);
    return true;
  });
  divide_when_due();
}

core::RouterDigest LinkServer::digest() {
  const TimePoint now = options_.now();
  if (!merged_ || !view_) {
    core::RouterDigest nothing;
    nothing.at = now;
    return nothing;
  }
  if (local_) count(local_id_, local_->digest(), spec_version_);
  return merged_->merged(now, view_->version);
}

void LinkServer::attach(RouterId id, LocalRouter router) {
  SIGNALBOX_ASSERT(!local_ && !view_);
  local_id_ = id;
  local_ = std::move(router);
  if (leading()) book_->join(id, {}, local_->digest(), options_.now());
}

void LinkServer::local_holds() {
  if (!leading()) return;
  count(local_id_, local_->digest(), spec_version_);
  divide_when_due();
}

LinkServer::Status LinkServer::status() const {
  Status status;
  for (const Member* const member : members_) {
    if (member->greeted) ++(member->observer ? status.observers : status.gateways);
  }
  if (book_) status.idle = book_->idle();
  return status;
}

// ---- leases ----

void LinkServer::divide_when_due() {
  if (!leading() || !view_) return;
  const TimePoint now = options_.now();
  if (book_->next_division() <= now) {
    const auto changed = book_->divide(now);
    std::erase_if(names_, [this](const auto& each) {
      if (book_->knows(each.first)) return false;
      if (merged_) merged_->leave(each.first);
      return true;
    });
    tell_leases(changed);
  }
  const TimePoint next = book_->next_division();
  if (next == TimePoint::max()) {
    division_.cancel();
    return;
  }
  division_.expires_after(timer_time(std::max(Duration::zero(), next - now)));
  division_.async_wait([weak = std::weak_ptr(self_)](const error_code& cancelled) {
    const auto server = weak.lock();
    if (!cancelled && server) (*server)->divide_when_due();
  });
}

void LinkServer::tell_leases(const std::vector<RouterId>& changed) {
  for (const RouterId id : changed) {
    if (local_ && id == local_id_) {
      publish_here();
      // What it holds now is what it goes by: no news of it need be waited for.
      book_->on_report(id, present(local_->digest(), spec_version_), options_.now());
      continue;
    }
    Member* const member = connected(id);
    if (member == nullptr || member->lost) continue;  // the whole will tell
    v1::ToGateway message;
    *message.mutable_leases() = encode(book_->leases(id));
    member->tell(message);
  }
}

// A peer that vanished without a word would hold its slots for ever: connections that say nothing
// are cut.
void LinkServer::watch() {
  watch_.expires_after(timer_time(options_.silence / 4));
  watch_.async_wait([weak = std::weak_ptr(self_)](const error_code& cancelled) {
    const auto server = weak.lock();
    if (cancelled || !server) return;
    LinkServer& self = **server;
    const TimePoint now = self.options_.now();
    for (Member* const member : self.members()) {
      if (!member->greeted || now < member->heard + self.options_.silence) continue;
      self.retire(*member, false);
      member->end(wire::GrpcCode::kAborted, "nothing was heard of this gateway for a while");
    }
    self.watch();
  });
}

}  // namespace signalbox::link
