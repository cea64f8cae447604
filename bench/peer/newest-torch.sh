#!/usr/bin/env bash
# Unpacks Debian's newest PyTorch (that of sid) with all it needs into a folder, and touches nothing else of the system. Needs
# a Debian or Ubuntu with apt; no root rights. A download of 250 MB, 1 GB on disk, some minutes, once.
#
#   bench/peer/newest-torch.sh [FOLDER]      default: .inkstone/torch, where `npm run bench` looks for it
#
# FOLDER/python then runs its Python.
set -euo pipefail
folder=${1:-.inkstone/torch}
[ ! -e "$folder" ] || { echo "$folder is there already; delete it to set PyTorch up anew" >&2; exit 1; }
for tool in apt-get dpkg-deb; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: this needs a Debian or Ubuntu" >&2; exit 1; }
done
mkdir -p "$(dirname "$folder")"
# Unpacked beside its place and renamed at the end, so that half an installation is never taken for a whole one.
work=$(mktemp -d "$(cd "$(dirname "$folder")" && pwd)/.torch-XXXXXX")
trap 'rm -rf "$work"' EXIT

# An apt of its own: other sources, and no package counts as installed, so that it fetches the whole closure, glibc included.
mkdir -p "$work"/apt/{lists,archives/partial,etc/preferences.d}
: >"$work/apt/status"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keys" ] || { echo "$keys is missing: install debian-archive-keyring" >&2; exit 1; }
echo "deb [signed-by=$keys] http://deb.debian.org/debian sid main" >"$work/apt/etc/sources.list"
own=(-o "Dir::State=$work/apt" -o "Dir::State::status=$work/apt/status" -o "Dir::State::lists=$work/apt/lists"
  -o "Dir::Cache=$work/apt" -o "Dir::Etc=$work/apt/etc" -o Debug::NoLocking=true -o APT::Sandbox::User=root
  -o Acquire::Languages=none -o APT::Install-Recommends=false)
apt-get "${own[@]}" -q update
apt-get "${own[@]}" -q -y --download-only install python3-minimal python3-numpy python3-torch libopenblas0-pthread

mkdir "$work/root"
# Today's Debian has one /usr, and its packages expect the old names to lead there.
for old in bin lib lib64 sbin; do mkdir -p "$work/root/usr/$old" && ln -s "usr/$old" "$work/root/$old"; done
for package in "$work"/apt/archives/*.deb; do dpkg-deb -x "$package" "$work/root"; done
rm -rf "$work/apt"

# The folder's own glibc starts its Python. BLAS and LAPACK lie where update-alternatives would have pointed to.
cat >"$work/python" <<'END'
#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
libraries=$here/root/usr/lib/$(uname -m)-linux-gnu
export PYTHONHOME="$here/root/usr"
exec "$libraries"/ld-linux-*.so.* --library-path "$libraries/openblas-pthread:$libraries:$here/root/usr/lib" \
  "$here/root/usr/bin/python3" "$@"
END
chmod +x "$work/python"
version=$("$work/python" -c 'import torch; print(torch.__version__)')
mv "$work" "$folder"
trap - EXIT
echo "PyTorch $version is in $folder"
