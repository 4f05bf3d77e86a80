#!/usr/bin/env bash
# Put a built site beside the other versions that the branch `site` of a repository holds, as one
# commit; if somebody else pushed meanwhile, fail and leave the branch as it is.
#
#     REMOTE=https://host/owner/name HOST=https://host TOKEN=... publish_to_branch.sh SITE FOLDER VERSION
#
# FOLDER, which is made, holds all versions then, to be served.
#
# ghp-import keeps other versions along with all that they ever were; the actions that make one
# commit push it over what others pushed, and are given a token to write with.
set -euo pipefail
site=$1 folder=$2 version=$3
branch=refs/heads/site
secret=$TOKEN
unset TOKEN # git alone gets it, below

# Git asks for the token when the host wants it, and this helper reads it from git's environment: it
# stands in no address, no argument and no file, and goes to no other host.
git_with_token() {
  TOKEN=$secret git -c credential.helper= \
    -c "credential.$HOST.helper=!f() { echo username=x-access-token; echo \"password=\$TOKEN\"; }; f" "$@"
}

seen=$(git_with_token ls-remote "$REMOTE" "$branch" | cut -f 1)
if [[ -n $seen ]]; then
  git_with_token clone --quiet --depth 1 --branch site "$REMOTE" "$folder"
  seen=$(git -C "$folder" rev-parse HEAD)
else
  git init --quiet "$folder"
fi
python3 "$(dirname "${BASH_SOURCE[0]}")/publish.py" "$site" "$folder" "$version"
cd "$folder"
git checkout --quiet --orphan fresh
git add --all
git -c user.name="github-actions[bot]" -c user.email="github-actions[bot]@users.noreply.github.com" \
  commit --quiet --message "Hold the site"
git_with_token push --quiet --force-with-lease="$branch:$seen" "$REMOTE" "fresh:$branch"
