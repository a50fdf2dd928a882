// SPDX-License-Identifier: Apache-2.0
//
// The shapes in which vLLM, SGLang, TGI and OpenAI say it; see hidden_failure.h.
#include "wire/hidden_failure.h"

namespace signalbox::wire {

namespace {

constexpr std::string_view kErrorObject = "{\"error\":";
constexpr std::string_view kEndOfStream = "[DONE]";  // OpenAI's last event
constexpr std::size_t kLongestWord = 5;              // "event", "error"

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

// {"error": something}, but not {"error": null} nor false.
HiddenFailure::Says HiddenFailure::Beginning::take(char c) {
  if (is_blank(c)) {
    // Between JSON's tokens there may be any number, inside of one there is none.
    const bool inside = matched_ > 1 && matched_ + 1 < expected_.size();
    return inside || (matched_ == 1 && expected_ == kEndOfStream) ? Says::kAnswer
                                                                  : Says::kNothingYet;
  }
  if (matched_ == 0) {
    if (c != '{' && c != '[') return Says::kAnswer;
    expected_ = c == '{' ? kErrorObject : kEndOfStream;
  }
  if (matched_ == expected_.size()) return c == 'n' || c == 'f' ? Says::kAnswer : Says::kError;
  if (c != expected_[matched_]) return Says::kAnswer;
  ++matched_;
  return matched_ == kEndOfStream.size() && expected_ == kEndOfStream ? Says::kEndOfStream
                                                                      : Says::kNothingYet;
}

void HiddenFailure::feed_body(std::string_view bytes) {
  for (const char c : bytes) {
    const Says says = beginning_.take(c);
    if (says == Says::kNothingYet) continue;
    failed_ = says == Says::kError;
    known_ = true;
    return;
  }
}

void HiddenFailure::feed_events(std::string_view bytes) {
  while (!bytes.empty()) {
    if (line_ == Line::kPassed) {
      const std::size_t end = bytes.find('\n');
      if (end == std::string_view::npos) return;
      bytes.remove_prefix(end);
    }
    const char c = bytes.front();
    bytes.remove_prefix(1);
    if (c == '\n') {
      end_line();
    } else if (line_ == Line::kData) {
      note(beginning_.take(c));
    } else if (line_ == Line::kName && c == ':') {
      begin_value();
    } else if (!is_blank(c)) {
      word_ += c;
      if (word_.size() > kLongestWord) line_ = Line::kPassed;
    }
  }
}

// Behind the colon. A comment begins with one.
void HiddenFailure::begin_value() {
  line_ = Line::kPassed;
  if (word_ == "data" && !event_known_) line_ = Line::kData;
  if (word_ == "event") line_ = Line::kEvent;
  word_.clear();
}

// An empty line ends an event; one whose data was too little to tell is an answer, one without any
// is none.
void HiddenFailure::end_line() {
  if (line_ == Line::kEvent && word_ == "error") failed_ = true;
  if (line_ == Line::kName && word_.empty()) {
    if (beginning_.any() && !event_known_) answered_ = true;
    beginning_ = {};
    event_known_ = false;
  }
  word_.clear();
  line_ = Line::kName;
}

void HiddenFailure::note(Says says) {
  if (says == Says::kNothingYet) return;
  if (says == Says::kError) failed_ = true;
  if (says == Says::kAnswer) answered_ = true;
  event_known_ = true;
  line_ = Line::kPassed;
}

}  // namespace signalbox::wire
