#!/bin/bash
# healthy PORT PATH [TEXT]: succeeds if http://127.0.0.1:PORT/PATH answers 200 with TEXT somewhere in its answer.
# The health checks of docker-compose.yml; the images have bash and no curl.
set -eu
exec 3<>"/dev/tcp/127.0.0.1/$1"
printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&3
answer=$(cat <&3)
[[ $answer == 'HTTP/1.1 200 '* && $answer == *"${3:-}"* ]]
