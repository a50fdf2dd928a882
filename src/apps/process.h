// SPDX-License-Identifier: Apache-2.0
//
// What the signals of an operating system ask of a process, whatever it is made of.
#pragma once

#include <string>
#include <vector>

#include "net/successor.h"

namespace signalbox::apps {

class Process {
 public:
  virtual ~Process() = default;

  // Reads the configuration again; returns what is wrong with it, or an empty text. A wrong one
  // changes nothing (B72). Waits for the answer.
  virtual std::string reload() = 0;
  // No new connections; what runs may finish.
  virtual void drain() = 0;
  // Likewise, with the operator's page left to the process that took over.
  virtual void retire() = 0;
  virtual bool drained() const = 0;
  // What it listens on. REQUIRES: started, neither drained nor stopped.
  virtual std::vector<net::NamedListener> listeners() const = 0;
  // Why another process cannot take over from this one; empty = it can.
  virtual std::string cannot_hand_over() const = 0;
};

}  // namespace signalbox::apps
