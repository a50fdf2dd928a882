// SPDX-License-Identifier: Apache-2.0
//
// What a running node writes down, as its shells see it: either may be absent.
#pragma once

namespace signalbox::journal {

class DecisionJournal;
class InputLogThread;

struct Recorders {
  InputLogThread* inputs = nullptr;
  DecisionJournal* decisions = nullptr;
};

}  // namespace signalbox::journal
