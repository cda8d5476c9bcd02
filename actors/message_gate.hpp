#pragma once

#include <memory>

#include "actors/core/admission.hpp"
#include "messages/message_gate.hpp"
#include "messages/probe.hpp"

namespace callboard {

/// The gate of a node: counts its messages from where they come in until their answer, and lets in as many as can be
/// answered in time. `probe` may be null.
std::shared_ptr<message_gate> make_message_gate(core::admission_config config, std::shared_ptr<node_probe> probe);

} // namespace callboard
