// SPDX-License-Identifier: Apache-2.0
//
// For tests: what must hold of any page we write. A small reader of our own HTML (every tag closed,
// in order, every attribute quoted), its data as JSON, and whatever in it would ask the network.
//
// SIGNALBOX_KEEP_PAGES=FOLDER writes the pages of the tests there, to be looked at.
#pragma once

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace signalbox::sim {

inline std::string between(const std::string& text, const std::string& from,
                           const std::string& to) {
  const auto begin = text.find(from);
  if (begin == std::string::npos) return {};
  const auto end = text.find(to, begin + from.size());
  return end == std::string::npos ? std::string()
                                  : text.substr(begin + from.size(), end - begin - from.size());
}

// The first thing wrong with the page's tags; empty when it is well-formed.
inline std::string tag_trouble(const std::string& html) {
  static const std::set<std::string, std::less<>> kVoid = {"meta", "link", "input", "br", "hr"};
  static const std::regex kTag(R"re(^<(/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"<]*")?)*)\s*>)re");
  std::vector<std::string> open;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    if (html.compare(at, 9, "<!DOCTYPE") == 0) continue;
    std::smatch match;
    const std::string head = html.substr(at, 4096);
    if (!std::regex_search(head, match, kTag)) return "no tag: " + head.substr(0, 60);
    const std::string name = match[2];
    if (match[1].length() > 0) {
      if (open.empty() || open.back() != name) {
        return "</" + name + "> closes " + (open.empty() ? "nothing" : open.back());
      }
      open.pop_back();
    } else if (kVoid.count(name) == 0) {
      open.push_back(name);
      if (name == "script" || name == "style") {  // what stands inside is no HTML
        at = html.find("</" + name, at + 1);
        if (at == std::string::npos) return "<" + name + "> never ends";
        --at;
      }
    }
  }
  return open.empty() ? std::string() : "<" + open.back() + "> is never closed";
}

inline boost::json::object page_data(const std::string& html) {
  return boost::json::parse(
             between(html, "<script type=\"application/json\" id=\"data\">", "</script>"))
      .as_object();
}

inline void expect_sound_page(const std::string& name, const std::string& html) {
  if (const char* folder = std::getenv("SIGNALBOX_KEEP_PAGES")) {
    std::ofstream(std::string(folder) + "/" + name + ".html", std::ios::binary) << html;
  }
  EXPECT_EQ(tag_trouble(html), "");
  EXPECT_LT(html.size(), 2'000'000U);

  // Nothing is fetched: no address behind src or href, no import, no request by script.
  EXPECT_FALSE(std::regex_search(
      html, std::regex(R"re((src|href|srcset|action)\s*=\s*["']?\s*(https?:)?//)re")));
  for (const char* asks : {"@import", "fetch(", "XMLHttpRequest", "import(", "WebSocket",
                           "sendBeacon", "EventSource", "<iframe", "<img", "<script src"}) {
    EXPECT_EQ(html.find(asks), std::string::npos) << asks;
  }
  EXPECT_FALSE(std::regex_search(html, std::regex(R"re(url\(\s*["']?(?!data:))re")));
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);

  // Every plot has its words, its numbers, and data of the promised length.
  const auto data = page_data(html);
  const auto& charts = data.at("charts").as_array();
  const auto& times = data.at("times").as_array();
  const auto count = [&](const std::string& what) {
    std::size_t found = 0;
    for (auto at = html.find(what); at != std::string::npos; at = html.find(what, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("<canvas data-chart="), charts.size());
  EXPECT_EQ(count("<details class=\"numbers\">"), charts.size());
  EXPECT_EQ(count("role=\"img\" aria-label=\"\""), 0U);
  for (const auto& chart : charts) {
    if (!chart.as_object().contains("time")) continue;
    const auto points =
        times.at(static_cast<std::size_t>(chart.at("time").to_number<int>())).at("points");
    EXPECT_LE(points.to_number<int>(), 600);
    for (const auto& series : chart.at("series").as_array()) {
      EXPECT_EQ(series.at("y").as_array().size(), points.to_number<std::size_t>());
    }
  }
}

}  // namespace signalbox::sim
