# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# An apt of our own below a directory, for packages of other releases and architectures: what the system has as sources,
# lists and packages stays as it is. It asks the archive that the system itself is configured for, so there is no name of
# a host here. Sourced.

# URI of the archive that holds RELEASE, as the system's own lists have it.
_apt_uri() { # RELEASE
    apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 2>/dev/null | awk -v want="$1" '$1 == want && !n++ { print $2 }'
}

# Makes DIR the root of what apt-get and apt-cache do from here on. SUITE: of Debian's archive, or of its security archive
# where the name ends in -security. 1: this system is not configured for Debian's archive.
apt_root() { # DIR ARCHITECTURES SUITE...
    local dir=$1 architectures=$2 suite uri release keys
    shift 2
    keys=/usr/share/keyrings/debian-archive-keyring.gpg
    release=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
    [ -n "$release" ] && [ -e "$keys" ] || return 1
    mkdir -p "$dir"/etc/{apt.conf.d,preferences.d,trusted.gpg.d} "$dir"/lists/partial "$dir"/cache/archives/partial
    : >"$dir/status"
    for suite; do
        case $suite in
        *-security) uri=$(_apt_uri "$release-security") ;;
        *) uri=$(_apt_uri "$release") ;;
        esac
        [ -n "$uri" ] || return 1
        echo "deb [arch=${architectures// /,} signed-by=$keys] $uri $suite main"
    done >"$dir/etc/sources.list"
    # the release files of old suites are no longer renewed
    cat >"$dir/etc/apt.conf" <<END
Dir::Etc "$dir/etc";
Dir::Etc::sourceparts "/dev/null";
Dir::State "$dir";
Dir::State::status "$dir/status";
Dir::Cache "$dir/cache";
APT::Architecture "${architectures%% *}";
APT::Architectures { ${architectures// /; }; };
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::http::Timeout "30";
Acquire::Check-Valid-Until "false";
END
    export APT_CONFIG=$dir/etc/apt.conf
}
