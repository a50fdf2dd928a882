// SPDX-License-Identifier: Apache-2.0
//
// A document that others keep up to date, a file or a page, read at an interval and turned into
// signals by a reader of its kind.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "adapters/feed_signals.h"
#include "adapters/page_call.h"
#include "adapters/poll.h"
#include "adapters/viewed_source.h"
#include "adapters/watched_file.h"

namespace signalbox::adapters {

// From a document to signals; see feed_signals.h. May remember what it said before.
using FeedReader = std::function<FeedSignals(std::string_view, const FeedContext&)>;

class FeedSource final : public ViewedSource {
 public:
  // `from` is the path of a file, or a page; `where` is what it is called in complaints.
  FeedSource(asio::io_context& io, SourceOptions options, std::variant<std::string, Page> from,
             const std::string& where, FeedReader reader);
  ~FeedSource() override;

  void start(control::SignalSink& sink) override;
  void stop() override;
  void on_view(const std::shared_ptr<const core::FleetView>& view) override { view_ = view; }

 private:
  void ask();
  void read_file();
  void on_document(std::string_view text, const Heard& heard, TimePoint written);
  void fail(const Refusal& why);

  const SourceOptions options_;
  const std::variant<std::string, Page> from_;
  const FeedReader reader_;
  http::Client client_;
  std::optional<WatchedFile> file_;
  Trouble trouble_;
  Poll poll_;
  control::SignalSink* sink_ = nullptr;  // set while started
  std::shared_ptr<const core::FleetView> view_;
};

}  // namespace signalbox::adapters
