// SPDX-License-Identifier: Apache-2.0
//
// See feed_source.h. A file that did not change is not read again, but says again what it said:
// that it still stands there is news.
#include "adapters/feed_source.h"

#include <fmt/format.h>

#include <utility>

#include "base/assert.h"

namespace signalbox::adapters {

FeedSource::FeedSource(asio::io_context& io, SourceOptions options,
                       std::variant<std::string, Page> from, const std::string& where,
                       FeedReader reader)
    : options_(std::move(options)),
      from_(std::move(from)),
      reader_(std::move(reader)),
      client_(io),
      trouble_(options_.tell, fmt::format("source {}: {}", options_.name, where)),
      poll_(io, options_.interval, options_.seed, [this] { ask(); }) {
  if (const auto* path = std::get_if<std::string>(&from_)) file_.emplace(*path, kMaxPageBytes);
}

FeedSource::~FeedSource() { stop(); }

void FeedSource::start(control::SignalSink& sink) {
  SIGNALBOX_ASSERT(sink_ == nullptr);
  sink_ = &sink;
  poll_.start();
}

void FeedSource::stop() {
  sink_ = nullptr;
  client_.close();
  poll_.stop();
}

void FeedSource::ask() {
  if (file_) return read_file();
  call_page(client_, std::get<Page>(from_), "application/json", options_.timeout, options_.clock,
            [this](const Result<PageAnswer, Refusal>& answer) {
              if (!answer.ok()) return fail(answer.error());
              on_document(answer->body, answer->heard, answer->heard.at);
            });
}

void FeedSource::read_file() {
  const auto content = file_->read();
  if (!content.ok()) return fail(content.error());
  const Heard heard{options_.clock.now(), options_.clock.unix_nanos()};
  on_document(*content->text, heard, moment_of(content->written_unix_nanos, heard));
}

void FeedSource::on_document(std::string_view text, const Heard& heard, TimePoint written) {
  if (view_ == nullptr) return poll_.done(true);
  const auto signals = reader_(text, {options_.name, *view_, options_.units, heard, written});
  if (!signals.ok()) return fail(signals.error());
  trouble_.end();
  poll_.done(true);
  if (sink_ != nullptr && !signals->empty()) sink_->take(*signals);
}

void FeedSource::fail(const Refusal& why) {
  trouble_.begin(why);
  poll_.done(false);
}

}  // namespace signalbox::adapters
