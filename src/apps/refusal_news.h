// SPDX-License-Identifier: Apache-2.0
//
// Which refused signals are news to whoever reads the log. A source that lies, lies at every poll;
// the same complaint about it is told again only after a while. Figures in a complaint make no
// other complaint of it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"

namespace signalbox::apps {

class RefusalNews {
 public:
  static constexpr Duration kSilence = 10min;
  static constexpr std::size_t kMostRemembered = 1000;  // complaints; more begin anew

  bool is_news(const std::string& source, std::string_view why, TimePoint now) {
    std::string complaint;
    for (const char c : why) {
      if (c < '0' || c > '9') complaint += c;
    }
    if (told_.size() >= kMostRemembered) told_.clear();
    const auto [known, is_new] = told_.try_emplace({source, std::move(complaint)}, now);
    if (!is_new && now - known->second < kSilence) return false;
    known->second = now;
    return true;
  }

  std::size_t remembered() const { return told_.size(); }

 private:
  std::map<std::pair<std::string, std::string>, TimePoint> told_;
};

}  // namespace signalbox::apps
