# What `make package` puts into the Debian package; scripts/package prepares what lies in build/package.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON) # the programs alone are wanted, and scripts/package builds them
set(prepared "${CMAKE_BINARY_DIR}/package")
set(packaging "${CMAKE_SOURCE_DIR}/packaging")

install(TARGETS callboard callboard-cli RUNTIME DESTINATION bin)
install(DIRECTORY web/dist/ DESTINATION share/callboard/web) # where the program looks for it
install(FILES "${packaging}/callboard.service" DESTINATION /lib/systemd/system)
install(FILES "${packaging}/callboard.env" DESTINATION /etc/callboard PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(FILES "${prepared}/callboard.1.gz" "${prepared}/callboard-cli.1.gz" DESTINATION share/man/man1)
install(FILES "${packaging}/completion/callboard" "${packaging}/completion/callboard-cli"
        DESTINATION share/bash-completion/completions)
install(FILES "${prepared}/copyright" "${prepared}/changelog.gz" docs/operations.md docs/protocol.md docs/security.md
              docs/architecture.md
        DESTINATION share/doc/callboard)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME callboard)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "self-hosted accounts, group chat and reminders")
set(CPACK_PACKAGE_DESCRIPTION
    "A server for group chat, accounts and reminders, with a web client and a\nterminal client. It runs alone on embedded\
 parts, or on PostgreSQL, Redis\nand Kafka.")
set(CPACK_PACKAGE_CONTACT "callboard maintainers <maintainers@callboard.example>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Authorities for TLS to other servers, and the time zones of reminders, are no libraries.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, ca-certificates, tzdata")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql, redis-server")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    "${packaging}/debian/conffiles;${packaging}/debian/postinst;${packaging}/debian/prerm;${packaging}/debian/postrm")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
