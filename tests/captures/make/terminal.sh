# sh terminal.sh TARGETS: what curl shows and wget saves of a GET of each target; curl 7.88, wget 1.21.
base=http://127.0.0.1:18077
node -e 'for (const one of JSON.parse(require("fs").readFileSync(process.argv[1]))) console.log(one.target)' "$1" > targets.txt
sed "s|^|$base|" targets.txt > urls.txt
mkdir -p curl wget && rm -f curl/* wget/*
while read -r target
do
  curl -si "$base$target" >> curl/include.txt
  curl -si --compressed "$base$target" >> curl/compressed.txt
  curl -si --raw "$base$target" >> curl/raw.txt
  curl -sv "$base$target" >> curl/verbose.txt 2>&1
  curl -v "$base$target" >> curl/progress.txt 2>&1
  wget -q --save-headers --content-on-error -O - "$base$target" >> wget/headers.txt
done < targets.txt
wget -q --warc-file=wget/archive --no-warc-compression -i urls.txt -O wget/page
wget -q --warc-file=wget/packed -i urls.txt -O wget/page
rm wget/page
