#pragma once

namespace callboard::sql {

/// The name of a file system layer for SQLite (https://www.sqlite.org/vfs.html) over the system's own, which gathers
/// what is written to the write-ahead log: SQLite writes each page with two calls, a commit of a busy server has a
/// thousand pages, and they lie one behind the other. What was gathered is written when the log is synchronised, read,
/// measured or closed, or when the buffer is full; so at any moment that another connection or a crash could tell, the
/// file is as it would be without. An error of writing may come from a later call, at the latest from the
/// synchronisation that the commit waits for.
/// Registered with SQLite at the first call. A null pointer if SQLite refused it; the system's own layer serves then.
const char* gathering_vfs();

} // namespace callboard::sql
