# The library mpa, from the archives of a release. MPA_ARCHIVES, in a triplet, says where they are: a folder, or the URL of
# the release. Without it, they are expected in the folder in which mpa-recipes-VERSION is.

include("${CMAKE_CURRENT_LIST_DIR}/archives.cmake")
if(NOT DEFINED MPA_ARCHIVES)
  get_filename_component(MPA_ARCHIVES "${CMAKE_CURRENT_LIST_DIR}/../../../.." ABSOLUTE)
endif()

# The library has no run path, and stays the file that the release has checksums of.
set(VCPKG_FIXUP_ELF_RPATH OFF)

# Which archive. MPA_LIBC, in a triplet, can be "musl".
if(VCPKG_TARGET_IS_WINDOWS)
  set(target "windows-${VCPKG_TARGET_ARCHITECTURE}")
elseif(VCPKG_TARGET_IS_OSX)
  set(target macos-universal)
elseif(VCPKG_TARGET_IS_LINUX AND MPA_LIBC STREQUAL "musl")
  set(target "linux-musl-${VCPKG_TARGET_ARCHITECTURE}")
elseif(VCPKG_TARGET_IS_LINUX)
  set(target "linux-${VCPKG_TARGET_ARCHITECTURE}")
else()
  set(target "${VCPKG_CMAKE_SYSTEM_NAME}-${VCPKG_TARGET_ARCHITECTURE}")
endif()
if(NOT DEFINED MPA_FILE_${target})
  message(FATAL_ERROR "There is no archive of mpa for ${target}. There are those for ${MPA_TARGETS}.")
endif()
set(file "${MPA_FILE_${target}}")
set(sha512 "${MPA_SHA512_${target}}")

if(MPA_ARCHIVES MATCHES "://")
  vcpkg_download_distfile(archive URLS "${MPA_ARCHIVES}/${file}" FILENAME "${file}" SHA512 "${sha512}")
else()
  set(archive "${MPA_ARCHIVES}/${file}")
  if(NOT EXISTS "${archive}")
    message(FATAL_ERROR "There is no ${archive}. Set MPA_ARCHIVES, in the triplet, to the folder with the archives.")
  endif()
  file(SHA512 "${archive}" found)
  if(NOT found STREQUAL sha512)
    message(FATAL_ERROR "${archive} is not the one that this port is for: its SHA-512 is ${found}, expected ${sha512}.")
  endif()
endif()
vcpkg_extract_source_archive(source ARCHIVE "${archive}")

file(INSTALL "${source}/include" DESTINATION "${CURRENT_PACKAGES_DIR}")

# The linkage of the triplet decides which library there is, for programs of either configuration.
if(VCPKG_LIBRARY_LINKAGE STREQUAL "dynamic")
  set(libraries libmpa.so libmpa.dylib mpa.lib libmpa.dll.a)
else()
  set(libraries libmpa.a mpa_static.lib)
endif()
foreach(folder IN ITEMS "${CURRENT_PACKAGES_DIR}" "${CURRENT_PACKAGES_DIR}/debug")
  foreach(library IN LISTS libraries)
    if(EXISTS "${source}/lib/${library}")
      file(INSTALL "${source}/lib/${library}" DESTINATION "${folder}/lib")
    endif()
  endforeach()
  if(VCPKG_LIBRARY_LINKAGE STREQUAL "dynamic" AND EXISTS "${source}/bin")
    file(INSTALL "${source}/bin" DESTINATION "${folder}")
  endif()
  file(INSTALL "${source}/lib/pkgconfig" DESTINATION "${folder}/lib")
endforeach()
vcpkg_fixup_pkgconfig()

# vcpkg keeps what find_package reads one folder nearer to the root.
file(INSTALL "${source}/lib/cmake/mpa/" DESTINATION "${CURRENT_PACKAGES_DIR}/share/mpa")
vcpkg_replace_string("${CURRENT_PACKAGES_DIR}/share/mpa/mpa-config.cmake" "/../../.." "/../..")

file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage-${VCPKG_LIBRARY_LINKAGE}" DESTINATION "${CURRENT_PACKAGES_DIR}/share/mpa"
     RENAME usage)
set(documents "${source}/share/doc/mpa")
file(INSTALL "${documents}/mpa.cdx.json" DESTINATION "${CURRENT_PACKAGES_DIR}/share/mpa")
vcpkg_install_copyright(FILE_LIST "${documents}/LICENSE-MIT" "${documents}/LICENSE-APACHE"
                        "${documents}/THIRD-PARTY-LICENSES.txt")
