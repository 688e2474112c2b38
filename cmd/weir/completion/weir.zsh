#compdef weir
# Completion of weir for zsh: weir completion zsh > a directory of $fpath/_weir
_weir() {
    local line kind=""
    local -a found
    while IFS= read -r line; do
        case $line in
            :*) kind=${line#:} ;;
            *$'\t'*) found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
            *) found+=("${line//:/\\:}") ;;
        esac
    done < <("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
    case $kind in
        files) _files ;;
        directories) _files -/ ;;
        open) _describe -t values value found -S '' ;;
        *) _describe -t values value found ;;
    esac
}
if [[ ${funcstack[1]} == _weir ]]; then
    _weir "$@"
else
    compdef _weir weir
fi
