#pragma once

#include <cstdio>
#include <string>
#include <variant>
#include <vector>

namespace callboard::load {

/// The figures of a run, in the order they were added: a table for people, a JSON line for programs.
class report {
public:
  /// key: in the JSON. unit: in the table. decimals: how many the table shows.
  void add(std::string key, double value, std::string unit = {}, int decimals = 0);
  void add(std::string key, std::string value);

  /// One line a figure: key, value, unit.
  void print_table(std::FILE* to) const;
  /// One object on one line.
  void print_json(std::FILE* to) const;

private:
  struct figure {
    std::string key;
    std::variant<double, std::string> value;
    std::string unit;
    int decimals;
  };

  std::vector<figure> figures_;
};

} // namespace callboard::load
