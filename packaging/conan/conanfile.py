"""The library mpa for Conan 2, over the archives of a release.

    conan create . -c user.mpa:archives=FOLDER

FOLDER is where the archives are: a folder, or a URL. Their checksums are in conandata.yml, which packaging/build writes.
"""

import os

from conan import ConanFile
from conan.errors import ConanException, ConanInvalidConfiguration
from conan.tools.files import check_sha256, copy, get, unzip

required_conan_version = ">=2.0"


class MpaConan(ConanFile):
    name = "mpa"
    description = "Multiplayer Activity client for dedicated game servers"
    license = "MIT OR Apache-2.0"
    topics = ("xbox", "multiplayer", "game-server")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "libc": ["glibc", "musl"]}
    default_options = {"shared": True, "libc": "glibc"}

    def set_version(self):
        self.version = self.version or self.conan_data["version"]

    def config_options(self):
        if self.settings.os != "Linux":
            del self.options.libc

    def package_id(self):
        # The interface is C's: the same files serve every compiler and configuration.
        del self.info.settings.compiler
        del self.info.settings.build_type

    @property
    def _archive(self):
        system, processor = str(self.settings.os), str(self.settings.arch)
        processor = {"x86_64": "x64", "armv8": "arm64"}.get(processor, processor)
        if system == "Linux":
            system = "linux-musl" if self.options.libc == "musl" else "linux"
        elif system == "Macos" and processor in ("x64", "arm64"):
            system, processor = "macos", "universal"
        target = f"{system.lower()}-{processor}"
        return target, self.conan_data["archives"].get(target)

    def validate(self):
        target, archive = self._archive
        if archive is None:
            known = ", ".join(sorted(self.conan_data["archives"]))
            raise ConanInvalidConfiguration(f"there is no archive of mpa for {target}. There are those for {known}")

    def build(self):
        _, archive = self._archive
        place = self.conf.get("user.mpa:archives", check_type=str)
        if not place:
            raise ConanException("say where the archives are: -c user.mpa:archives=FOLDER, or the URL of the release")
        if "://" in place:
            get(self, f"{place.rstrip('/')}/{archive['file']}", sha256=archive["sha256"], strip_root=True)
        else:
            path = os.path.join(place, archive["file"])
            check_sha256(self, path, archive["sha256"])
            unzip(self, path, strip_root=True)

    def package(self):
        static = ["*.a", "mpa_static.lib"]
        shared = ["libmpa.so", "libmpa.dylib", "mpa.lib", "libmpa.dll.a"]
        copy(self, "*", os.path.join(self.build_folder, "include"), os.path.join(self.package_folder, "include"))
        libraries = os.path.join(self.build_folder, "lib"), os.path.join(self.package_folder, "lib")
        copy(self, "*.cmake", *libraries)
        if self.options.shared:
            for pattern in shared:
                copy(self, pattern, *libraries)
            copy(self, "*.dll", os.path.join(self.build_folder, "bin"), os.path.join(self.package_folder, "bin"))
        else:
            for pattern in static:
                copy(self, pattern, *libraries, excludes="*.dll.a")
        copy(self, "*", os.path.join(self.build_folder, "share/doc/mpa"), os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        # For CMake the package has a configuration of its own, with the targets mpa::mpa or mpa::static.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = ["lib/cmake/mpa"]
        self.cpp_info.set_property("pkg_config_name", "mpa")
        microsoft = self.settings.get_safe("compiler") == "msvc" or self.settings.get_safe("compiler.runtime")
        self.cpp_info.libs = ["mpa_static" if microsoft and not self.options.shared else "mpa"]
        if self.settings.os == "Windows":
            if self.options.shared:
                self.cpp_info.defines = ["MPA_SHARED"]
            else:
                self.cpp_info.system_libs = self.conan_data["system_libs"]["Windows"]
        elif self.settings.os == "Linux" and not self.options.shared:
            self.cpp_info.system_libs = self.conan_data["system_libs"]["Linux"]
