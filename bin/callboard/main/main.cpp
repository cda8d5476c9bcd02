#include "bin/callboard/commands.hpp"

int main(int argc, char** argv) {
  return callboard::run_program(argc, argv);
}
