// SPDX-License-Identifier: Apache-2.0
//
// What a unit is asked while it is measured: the request of a task, and how its answer is judged.
// Every request differs from every other, since servers that keep answers, or the beginnings of
// prompts, would show how fast they remember.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "http/client.h"
#include "http/message.h"
#include "profiler/stage.h"
#include "profiler/unit_profile.h"

namespace signalbox::profiler {

struct Question {
  Task task = Task::kPlain;
  std::string method = "GET";
  std::string path = "/";
  std::string body = {};   // of a plain request; "{id}" in path or body becomes a number of its own
  std::string model = {};  // named in the body of OpenAI's paths; empty = none
  std::vector<http::Header> headers = {};  // more of them, such as authorization
};

// The request to send; chats have about as many words as `send` wants tokens.
http::Request request_of(const Question& question, const Send& send);

// Reads a streamed answer as it comes: when its tokens came, and how many the unit says there were.
class TokenStream {
 public:
  // The next bytes, split anywhere, which came at `now`.
  void feed(std::string_view bytes, TimePoint now);

  int tokens() const { return usage_tokens_ > 0 ? usage_tokens_ : pieces_; }
  int prompt_tokens() const { return prompt_tokens_; }
  bool has_first() const { return pieces_ > 0; }
  TimePoint first() const { return first_; }  // REQUIRES: has_first()
  bool is_complete() const { return complete_; }
  const std::string& error() const { return error_; }  // that the stream told of; empty = none
  // The median time between pieces that came apart; 0 for fewer than two.
  Duration median_gap() const;

 private:
  void on_line(std::string_view line, TimePoint now);

  std::string line_;
  int pieces_ = 0;
  int usage_tokens_ = 0;
  int prompt_tokens_ = 0;
  bool complete_ = false;
  TimePoint first_, last_;
  std::vector<Duration> gaps_;
  std::string error_;
};

// What an answer, or its failure, amounts to. `stream` is what was read of a chat.
Outcome judge(const Question& question, const Result<http::Response, http::ClientError>& answer,
              const TokenStream& stream);

}  // namespace signalbox::profiler
