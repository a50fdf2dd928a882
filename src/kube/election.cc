// SPDX-License-Identifier: Apache-2.0
//
// See election.h. After client-go/tools/leaderelection, whose names for the three times are kept.
#include "kube/election.h"

#include <fmt/format.h>

#include <utility>

#include "base/assert.h"

namespace signalbox::kube {

Election::Election(ApiClient& client, Schedule& schedule, ElectionOptions options)
    : client_(client),
      schedule_(schedule),
      options_(std::move(options)),
      resource_{"coordination.k8s.io", "v1", "leases", options_.space},
      random_(options_.seed) {
  SIGNALBOX_ASSERT(options_.lease_duration > options_.renew_deadline);
  SIGNALBOX_ASSERT(options_.renew_deadline > options_.retry_period);
}

Election::~Election() {
  if (under_way_ != 0) client_.cancel(under_way_);
}

void Election::start() { look(); }

bool Election::is_leading() const {
  return leading_ && schedule_.now() < renewed_at_ + options_.renew_deadline;
}

// A little more than the period, so that those who wait do not ask in step (client-go's factor is
// 1.2); a leader keeps to it exactly.
Duration Election::pause() {
  return leading_ ? options_.retry_period
                  : scale(options_.retry_period, 1.0 + 0.2 * random_.uniform());
}

void Election::try_soon(Duration wait) {
  next_ = schedule_.after(wait, [this] {
    // A leader knows the version it wrote; only when that failed it has to look.
    if (leading_ && !lease_.empty()) return write(lease_, false);
    look();
  });
}

void Election::call(ApiCall what, ApiClient::Done done) {
  what.attempts = 1;
  what.timeout = options_.retry_period * 2;
  under_way_ = client_.call(std::move(what), [this, done = std::move(done)](auto answer) {
    under_way_ = 0;
    done(std::move(answer));
  });
}

void Election::look() {
  call(get_call(resource_, options_.space, options_.name),
       [this](const Result<json::object, ApiError>& answer) { on_look(answer); });
}

void Election::on_look(const Result<json::object, ApiError>& answer) {
  if (!answer.ok()) {
    if (answer.error().is_not_found()) {
      return write(new_lease(options_.space, options_.name, {}), true);
    }
    if (std::exchange(trouble_, answer.error().reason + "look") != trouble_) {
      options_.tell("the lease cannot be read: " + answer.error().message);
    }
    return try_soon(pause());
  }
  observe(*answer);
  const bool is_ours = seen_->holder == options_.identity;
  const bool is_over = seen_->holder.empty() || schedule_.now() >= seen_at_ + seen_->duration;
  if (!is_ours && !is_over) return try_soon(pause());
  write(*answer, false);
}

void Election::observe(const json::object& lease) {
  lease_ = lease;
  LeaseRecord record = read_lease(lease);
  if (seen_ == record) return;
  const bool is_news = !seen_ || seen_->holder != record.holder || seen_->address != record.address;
  seen_ = std::move(record);
  seen_at_ = schedule_.now();
  if (is_news && seen_->holder != options_.identity) options_.on_holder(*seen_);
}

LeaseRecord Election::own_record() const {
  LeaseRecord record = seen_.value_or(LeaseRecord{});
  const std::string now = micro_time(schedule_.unix_nanos());
  if (record.holder != options_.identity) {
    record.acquired = now;
    // The first holder ever is no transition.
    if (seen_) ++record.transitions;
  }
  record.holder = options_.identity;
  record.address = options_.address;
  record.duration = options_.lease_duration;
  record.renewed = now;
  return record;
}

void Election::write(json::object lease, bool is_new) {
  lease = with_record(std::move(lease), own_record());
  const TimePoint asked_at = schedule_.now();
  call(is_new ? create_call(resource_, options_.space, lease) : replace_call(resource_, lease),
       [this, asked_at](const Result<json::object, ApiError>& answer) {
         on_written(asked_at, answer);
       });
}

void Election::on_written(TimePoint asked_at, const Result<json::object, ApiError>& answer) {
  if (!answer.ok()) {
    lease_.clear();  // somebody else wrote, or nobody knows
    // A conflict is how the others are told; anything else is worth a word.
    if (!answer.error().is_conflict() && std::exchange(trouble_, "write") != "write") {
      options_.tell("the lease cannot be written: " + answer.error().message);
    }
    if (leading_ && answer.error().is_conflict()) {
      // By whom? If by another, we are not the leader any more, whatever the clock says.
      return call(get_call(resource_, options_.space, options_.name),
                  [this](const Result<json::object, ApiError>& look) {
                    if (look.ok() && read_lease(*look).holder != options_.identity) {
                      return lose(fmt::format("{} holds it", read_lease(*look).holder));
                    }
                    on_look(look);
                  });
    }
    return try_soon(pause());
  }
  trouble_.clear();
  observe(*answer);
  renewed_at_ = asked_at;
  if (!is_leading() && !leading_) {
    // An answer that took longer than the deadline is worth nothing.
    if (schedule_.now() >= renewed_at_ + options_.renew_deadline) return try_soon(pause());
    leading_ = true;
    options_.tell(fmt::format("{} leads", options_.identity));
    options_.on_leading();
  }
  deadline_ = schedule_.after(renewed_at_ + options_.renew_deadline - schedule_.now(), [this] {
    lose(fmt::format("it could not be renewed for {:.0f} s", to_seconds(options_.renew_deadline)));
  });
  try_soon(pause());
}

void Election::lose(const std::string& why) {
  const bool led = std::exchange(leading_, false);
  if (led) options_.on_lost();
  if (under_way_ != 0) client_.cancel(std::exchange(under_way_, 0));
  deadline_.reset();
  lease_.clear();
  if (led) options_.tell(fmt::format("{} leads no more: {}", options_.identity, why));
  try_soon(pause());
}

void Election::release(std::function<void()> done) {
  const bool held = is_leading();
  const bool led = std::exchange(leading_, false);
  if (led) options_.on_lost();
  if (under_way_ != 0) client_.cancel(std::exchange(under_way_, 0));
  next_.reset();
  deadline_.reset();
  if (!held || lease_.empty()) return done();
  LeaseRecord record = own_record();
  record.holder.clear();
  record.address.clear();
  record.duration = 1s;
  call(replace_call(resource_, with_record(lease_, record)),
       [this, done = std::move(done)](const Result<json::object, ApiError>& answer) {
         if (!answer.ok()) {
           options_.tell("the lease was not given back, and runs out by itself: " +
                         answer.error().message);
         }
         done();
       });
}

}  // namespace signalbox::kube
