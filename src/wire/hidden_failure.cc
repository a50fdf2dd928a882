// SPDX-License-Identifier: Apache-2.0
//
// The shapes in which vLLM, SGLang, TGI and OpenAI say it; see hidden_failure.h.
#include "wire/hidden_failure.h"

namespace signalbox::wire {

namespace {

std::string_view skip_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

// {"error": something}, but not {"error": null}.
bool begins_with_error(std::string_view json) {
  json = skip_blanks(json);
  if (!json.starts_with('{')) return false;
  json = skip_blanks(json.substr(1));
  constexpr std::string_view kKey = "\"error\"";
  if (!json.starts_with(kKey)) return false;
  json = skip_blanks(json.substr(kKey.size()));
  if (!json.starts_with(':')) return false;
  json = skip_blanks(json.substr(1));
  return !json.empty() && !json.starts_with("null");
}

}  // namespace

bool HiddenFailure::found() const {
  std::string_view text = beginning_;
  if (!event_stream_) return begins_with_error(text);
  // Lines of comments (": ping") may come before the first event.
  for (;;) {
    text = skip_blanks(text);
    const std::size_t end = text.find('\n');
    if (text.empty() || text.starts_with("event: error") || text.starts_with("event:error")) {
      return true;
    }
    if (text.starts_with("data:")) {
      const std::string_view data = skip_blanks(text.substr(5));
      return begins_with_error(data) || data.starts_with("[DONE]");
    }
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end);
  }
}

}  // namespace signalbox::wire
