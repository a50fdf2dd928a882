// SPDX-License-Identifier: Apache-2.0
//
// One thing is under way at a time: a page, a watch or a rest. See informer.h.
#include "kube/informer.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "base/assert.h"

namespace signalbox::kube {

namespace {

constexpr Duration kLeastPause = 1s, kMostPause = 60s;  // between attempts; see back_off.h
constexpr Duration kWatch = 300s;       // how long a watch is asked for, and up to as much again
constexpr Duration kMargin = 30s;       // that a server may take to end it
constexpr Duration kShortWatch = 1s;    // one that ends sooner, saying nothing, is a trouble
constexpr Duration kRelistSpread = 5s;  // a random part of it, before a list anew (B69)
constexpr Duration kSecondLook = 10s;   // before a list that is suddenly empty is believed (B70)
constexpr Duration kWhileAbsent = 60s;

}  // namespace

Informer::Informer(ApiClient& client, Schedule& schedule, InformerOptions options)
    : client_(client),
      schedule_(schedule),
      options_(std::move(options)),
      random_(options_.seed),
      cache_(options_.events),
      back_off_(kLeastPause, kMostPause) {}

Informer::~Informer() { stop(); }

void Informer::start() {
  SIGNALBOX_ASSERT(!started_);
  started_ = true;
  list_after({});
}

void Informer::stop() {
  alarm_.reset();
  patience_.reset();
  if (under_way_ != 0) client_.cancel(std::exchange(under_way_, 0));
}

void Informer::list_after(Duration wait) {
  alarm_ = schedule_.after(wait, [this] {
    incoming_.clear();
    list({});
  });
}

void Informer::list(const std::string& continues) {
  under_way_ = client_.call(list_call(options_.resource, options_.page, continues),
                            [this](const Result<json::object, ApiError>& answer) {
                              under_way_ = 0;
                              on_page(answer);
                            });
}

void Informer::on_page(const Result<json::object, ApiError>& answer) {
  if (!answer.ok()) {
    const ApiError& error = answer.error();
    // The list was changed too much since its first page: begin again, not at once.
    if (error.is_expired()) return list_after(back_off_.next(random_));
    if (error.is_not_found()) return on_absent();
    return on_list_failed(error);
  }
  const auto* items = wire::array_at(*answer, {"items"});
  // A list without objects may say null in their place.
  if (items != nullptr) {
    // What is the same in all is said once, at the top.
    const auto kind = wire::text_at(*answer, {"kind"});
    for (const auto& item : *items) {
      if (!item.is_object() || wire::name_of(item.get_object()).empty()) continue;
      json::object object = item.get_object();
      if (!object.contains("kind") && kind.ends_with("List")) {
        object["kind"] = kind.substr(0, kind.size() - 4);
        object["apiVersion"] = wire::text_at(*answer, {"apiVersion"});
      }
      incoming_.push_back(slimmed(std::move(object)));
    }
  } else if (wire::value_at(*answer, {"metadata", "resourceVersion"}) == nullptr) {
    return on_list_failed({ApiError::Kind::kUnreadable, "its answer is no list"});
  }
  const std::string continues(wire::text_at(*answer, {"metadata", "continue"}));
  if (!continues.empty()) return list(continues);
  version_ = wire::text_at(*answer, {"metadata", "resourceVersion"});
  on_whole_list();
}

void Informer::on_whole_list() {
  if (!holding_ && cache_.is_suspicious(incoming_)) {
    holding_ = true;
    trouble("empty", fmt::format("ALARM: lists nothing at all, where {} objects were known: they "
                                 "are kept until it says so twice",
                                 cache_.size()));
    return list_after(kSecondLook);
  }
  holding_ = false;
  cache_.take_list(std::exchange(incoming_, {}));
  live();
  synced();
  watch();
}

void Informer::on_list_failed(const ApiError& error) {
  standing_ = Standing::kStale;
  trouble("list", error.message);
  if (!synced_ && !std::exchange(fell_back_, true)) {
    std::vector<KubeObject> objects = options_.fallback();
    if (!objects.empty()) {
      options_.tell(fmt::format("{}: goes by {} objects of a snapshot until the API server answers",
                                options_.resource.label(), objects.size()));
      cache_.take_list(std::move(objects));
    }
  }
  list_after(back_off_.next(random_, error.retry_after));
}

// A resource whose definition was removed is an empty list of a kind, and as suspicious.
void Informer::on_absent() {
  if (!holding_ && cache_.is_suspicious({})) {
    incoming_.clear();
    return on_whole_list();
  }
  holding_ = false;
  standing_ = Standing::kAbsent;
  trouble("absent", "is not known to the cluster; asked for again each minute");
  cache_.take_list({});
  synced();
  list_after(kWhileAbsent);
}

void Informer::watch() {
  watch_error_.reset();
  watch_spoke_ = false;
  watch_began_ = schedule_.now();
  const Duration length = kWatch + scale(kWatch, random_.uniform());
  frames_ = std::make_unique<WatchFrames>([this](WatchFrame frame) { on_frame(std::move(frame)); });
  ApiCall call = watch_call(options_.resource, version_, length);
  call.on_piece = [this](std::string_view piece) {
    // Of a watch that ends in a moment no more is read.
    if (watch_error_ || !frames_->problem().empty()) return;
    frames_->feed(piece);
    if (!frames_->problem().empty()) end_watch_soon();
  };
  under_way_ = client_.call(std::move(call), [this](const Result<json::object, ApiError>& answer) {
    under_way_ = 0;
    patience_.reset();
    on_watch_end(answer);
  });
  patience_ = schedule_.after(length + kMargin, [this] {
    cut_watch("its watch neither spoke nor ended, and was cut");
    standing_ = Standing::kStale;
    watch();
  });
}

void Informer::on_frame(WatchFrame frame) {
  if (watch_error_) return;
  if (frame.kind == WatchFrame::Kind::kError) {
    watch_error_ = refused(boost::json::serialize(frame.object), "watch");
    return end_watch_soon();
  }
  watch_spoke_ = true;
  live();
  const std::string version(wire::resource_version_of(frame.object));
  if (!version.empty()) version_ = version;
  if (frame.kind == WatchFrame::Kind::kBookmark || wire::name_of(frame.object).empty()) return;
  auto object = slimmed(std::move(frame.object));
  if (frame.kind == WatchFrame::Kind::kDeleted) {
    cache_.remove(object);
  } else {
    cache_.put(std::move(object));
  }
}

// Not from inside the call's own news.
void Informer::end_watch_soon() {
  alarm_ = schedule_.after({}, [this] {
    if (under_way_ == 0) return;
    client_.cancel(std::exchange(under_way_, 0));
    patience_.reset();
    on_watch_end(json::object{});
  });
}

void Informer::cut_watch(const std::string& why) {
  if (under_way_ != 0) client_.cancel(std::exchange(under_way_, 0));
  trouble("silent", why);
}

void Informer::on_watch_end(const Result<json::object, ApiError>& answer) {
  std::optional<ApiError> error = std::exchange(watch_error_, std::nullopt);
  if (!error && !answer.ok()) error = answer.error();
  if (!frames_->problem().empty()) {
    trouble("frames", frames_->problem() + "; it is listed again");
    return list_after(back_off_.next(random_));
  }
  if (error && error->is_expired()) {
    return list_after(scale(kRelistSpread, random_.uniform()));
  }
  if (error && error->is_not_found()) return list_after(back_off_.next(random_));
  if (error) {
    standing_ = Standing::kStale;
    trouble("watch", error->message);
    // A frame of an error says nothing of what was missed; a broken connection misses nothing.
    const bool from_here =
        error->kind == ApiError::Kind::kUnreachable || error->code == 429 || error->code == 503;
    const Duration pause = back_off_.next(random_, error->retry_after);
    if (!from_here) return list_after(pause);
    alarm_ = schedule_.after(pause, [this] { watch(); });
    return;
  }
  // It ended as it should; one that ends at once, again and again, is given a rest.
  const bool too_short = !watch_spoke_ && schedule_.now() - watch_began_ < kShortWatch;
  if (!too_short) {
    live();
    return watch();
  }
  alarm_ = schedule_.after(back_off_.next(random_), [this] { watch(); });
}

void Informer::live() {
  standing_ = Standing::kLive;
  back_off_.reset();
  if (trouble_.empty()) return;
  trouble_.clear();
  options_.tell(options_.resource.label() + ": is well again");
}

void Informer::trouble(const std::string& kind, const std::string& message) {
  if (std::exchange(trouble_, kind) == kind) return;
  options_.tell(options_.resource.label() + ": " + message);
}

void Informer::synced() {
  if (!std::exchange(synced_, true)) options_.on_synced();
}

}  // namespace signalbox::kube
