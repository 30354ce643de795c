#!/bin/sh
# Starts anaplan-auth with the Deno that npm has put beside it, if there is one.
self=$0
case $self in */*) ;; *) self=./$self ;; esac
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=${self%/*}/$link ;;
  esac
done
home=$(CDPATH= cd -- "${self%/*}/.." && pwd -P) || exit 1
deno='@DENO@'
look_in() {
  for found in "$1"/@deno/*/deno; do [ -x "$found" ] && deno=$found; done
}
case $home in */node_modules/*) look_in "${home%/*}" ;; esac
look_in "$home/node_modules"
memory=
if [ "${1-}" = proxy ]; then memory=@PROXY_FLAG@; fi
exec "$deno" @FLAGS@ ${memory:+"$memory"} \
  "$home/bundle/main.js" "$@"
